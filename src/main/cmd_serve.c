/*
 * cmd_serve.c - the webhook receiver.
 */
#include "config.h"

#include <string.h>

#include "base/log.h"
#include "main/run.h"
#include "receive/receiver.h"

static int
check(const struct options *o, struct rt_err *err)
{
    if (o->operand_count > 0)
        return rt_fail_here(err, RT_EUSAGE,
                            "serve reads no files: \"%s\"; see rectrace serve --help",
                            o->operands[0]);
    if (o->store == NULL)
        return rt_fail_here(err, RT_EUSAGE,
                            "serve needs --store FILE, where callbacks are kept");
    if (o->secret_file == NULL && !o->allow_unsigned)
        return rt_fail_here(err, RT_EUSAGE,
                            "serve needs --secret-file. To run without verification (never on "
                            "the internet): --allow-unsigned.");
    if (o->secret_file != NULL && o->allow_unsigned)
        return rt_fail_here(
            err, RT_EUSAGE,
            "--allow-unsigned would make --secret-file of no use; give one of them");
    if ((o->tls_cert == NULL) != (o->tls_key == NULL))
        return rt_fail_here(err, RT_EUSAGE, "--tls-cert and --tls-key are given together");
    return 0;
}

static int
run_serve(const struct options *o)
{
    struct run r;
    struct rt_err err = {0};
    if (check(o, &err) < 0)
        return run_fail(&err);
    int status = EXIT_RULES;
    if (run_load_rules(&r, o) < 0)
        goto out;
    if (log_get_level() < LOG_INFO)
        log_set_level(LOG_INFO);
    if (o->allow_unsigned)
        log_warn("--allow-unsigned: signatures are not checked, anybody who reaches the port "
                 "can write");
    struct receiver_options options = {
        .listen = o->listen != NULL ? o->listen : "127.0.0.1:8088",
        .store = o->store,
        .secret_file = o->secret_file,
        .accept_v1 = o->accept_v1,
        .tls_cert = o->tls_cert,
        .tls_key = o->tls_key,
        .admin = o->admin == NULL                ? "127.0.0.1:8089"
                 : strcmp(o->admin, "none") == 0 ? NULL
                                                 : o->admin,
        .admin_token_file = o->admin_token_file,
        .keep = o->keep,
        .keep_bytes = o->keep_bytes,
        .tails = o->tails.v,
        .tail_count = o->tails.n,
        .rules = r.rules,
        .limits = &rt_limits_default,
        .now = rt_time_now,
    };
    status = receiver_run(&options, &err) < 0 ? run_fail(&err) : EXIT_RAN;
out:
    run_fini(&r);
    return status;
}

const struct command cmd_serve = {
    .name = "serve",
    .arguments = "--store FILE",
    .group = "Receive callbacks",
    .doc = "receive webhooks; an answer of 200 means on disk",
    .about =
        "Receives webhooks, checks their signatures, and keeps them in a store; joins API logs by --tail and "
        "over the admin port, which has the live page, health and metrics. rectrace-serve(8) tells all of it.",
    .examples = "rectrace serve --store /var/lib/rectrace/calls.db --secret-file "
                "/etc/rectrace/secrets\n"
                "rectrace serve --listen 8088 --store try.db --allow-unsigned",
    .takes = TAKES_RULES | TAKES_SERVE | TAKES_STORE | TAKES_SECRET,
    .run = run_serve,
};
