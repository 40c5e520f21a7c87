/*
 * cmd_verify.c - does a body fit a secret, and if not, what is nearly right? No digest and no
 * secret is ever printed.
 */
#include "config.h"

#include <stdio.h>
#include <string.h>

#include "base/alloc.h"
#include "base/log.h"
#include "base/out.h"
#include "ingest/feed.h"
#include "main/run.h"
#include "receive/signature.h"
#include "store/store.h"

struct verifying {
    const struct options *o;
    const struct secrets *secrets;
    struct out *out;
    bool all_fit;
};

/* The app that fits, else the first. */
static const struct secret_app *
app_of(const struct verifying *v, struct signatures given, rt_str body,
       const struct secret **secret, enum signature_verdict *verdict)
{
    const struct secret_app *a;
    RT_EACH (a, &v->secrets->apps) {
        *verdict = signature_check(a, v->o->accept_v1, given, body, secret);
        if (*verdict == SIGNATURE_GOOD)
            return a;
    }
    a = &v->secrets->apps.v[0];
    *verdict = signature_check(a, v->o->accept_v1, given, body, secret);
    return a;
}

static void
verify_one(struct verifying *v, rt_str name, rt_str sent_to, struct signatures given,
           rt_str body)
{
    const struct secret *secret = NULL;
    enum signature_verdict verdict = SIGNATURE_WRONG;
    const struct secret_app *app = NULL, *a;
    RT_EACH (a, &v->secrets->apps)
        if (rt_str_eq(a->name, sent_to))
            app = a;
    if (app != NULL)
        verdict = signature_check(app, v->o->accept_v1, given, body, &secret);
    else
        app = app_of(v, given, body, &secret, &verdict);
    out_tty(v->out, name);
    if (verdict == SIGNATURE_GOOD) {
        out_fmt(v->out, ": good: %s fits secret \"%.*s\" of app \"%.*s\"\n",
                given.v2.p != NULL ? "V2" : "V1", RT_FMT(secret->label), RT_FMT(app->name));
        return;
    }
    char near[NEAR_BYTES];
    v->all_fit = false;
    out_fmt(v->out, ": %s\n", signature_verdicts[verdict]);
    if (signature_near(v->secrets, app, given, body, near))
        out_fmt(v->out, "    %s\n", near);
    else if (verdict == SIGNATURE_WRONG)
        out_raw(v->out, "    nothing near fits: another secret, or another body\n");
}

static int
take_header(const char *header, const struct rule_set *rules, struct signatures *given,
            struct rt_err *err)
{
    const char *colon = strchr(header, ':');
    if (colon == NULL)
        return rt_fail_here(err, RT_EUSAGE, "--header: NAME: VALUE is meant");
    rt_str name = {header, (size_t)(colon - header)}, value = rt_str_trim(rt_str_of(colon + 1));
    if (rt_str_eq_nocase(name, rules->delivery.sha256))
        given->v2 = value;
    else if (rt_str_eq_nocase(name, rules->delivery.sha1))
        given->v1 = value;
    else
        log_warn("--header %.*s: is no header of a signature", RT_FMT(name));
    return 0;
}

static int
read_body(const char *path, struct rt_buf *body, struct rt_err *err)
{
    FILE *f = strcmp(path, "-") == 0 ? stdin : fopen(path, "rb");
    char block[65536];
    size_t n = 0;
    if (f == NULL)
        return rt_fail_here(err, RT_EIO, "%s: cannot be read", path);
    while ((n = fread(block, 1, sizeof(block), f)) > 0 &&
           rt_buf_add(body, (rt_str){block, n}) == 0)
        ;
    bool bad = ferror(f) != 0;
    if (f != stdin)
        fclose(f);
    if (body->failed)
        return rt_fail_here(err, RT_ELIMIT, "%s: is larger than a body may be", path);
    return bad ? rt_fail_here(err, RT_EIO, "%s: cannot be read", path) : 0;
}

static int
verify_file(struct verifying *v, const struct rule_set *rules, const char *path,
            struct rt_err *err)
{
    struct signatures given = {RT_NONE, RT_NONE};
    struct rt_buf body;
    const char *const *header;
    RT_EACH (header, &v->o->headers)
        if (take_header(*header, rules, &given, err) < 0)
            return -1;
    rt_buf_init(&body, (size_t)rt_limits_default.serve_body_bytes);
    int rc = read_body(path, &body, err);
    if (rc == 0)
        verify_one(v, rt_str_of(path), RT_NONE, given,
                   body.p == NULL ? RT_LIT("") : rt_buf_str(&body));
    rt_buf_fini(&body);
    return rc;
}

static void
verify_refused(struct verifying *v, const struct store_refused *r)
{
    char name[400], when[RT_TIME_MAX];
    snprintf(name, sizeof(name), "#%lld %s from %.*s, app %.*s, %llu bytes", (long long)r->id,
             rt_time_rfc3339(r->received, when), RT_FMT(r->from), RT_FMT(r->app),
             (unsigned long long)r->body_bytes);
    if (r->body.n == r->body_bytes) {
        verify_one(v, rt_str_of(name), r->app,
                   (struct signatures){r->signature, r->signature_v1}, r->body);
        return;
    }
    v->all_fit = false;
    out_tty(v->out, rt_str_of(name));
    out_fmt(v->out, ": %.*s; only its beginning was kept\n", RT_FMT(r->reason));
}

static int
verify_store(struct verifying *v, struct rt_err *err)
{
    struct store *s = store_open(v->o->store, STORE_CHECK, &rt_limits_default, err);
    struct store_cursor *c = s == NULL ? NULL : store_refusals(s, 0, err);
    struct store_refused r;
    int rc = c == NULL ? -1 : 0;
    while (c != NULL && (rc = store_next_refusal(c, &r, err)) == 1)
        verify_refused(v, &r);
    store_cursor_free(&c);
    store_close(&s);
    return rc;
}

static int
verify_all(struct verifying *v, const struct rule_set *rules, struct rt_err *err)
{
    const struct options *o = v->o;
    if (o->secret_file == NULL || (o->store == NULL) != (o->operand_count == 1) ||
        (o->store != NULL && (o->operand_count > 0 || o->headers.n > 0)))
        return rt_fail_here(err, RT_EUSAGE,
                            "verify needs --secret-file, and either --header and one BODY, or "
                            "--store; see rectrace verify --help");
    v->secrets = secrets_load(o->secret_file, err);
    v->out = v->secrets == NULL ? NULL : out_file("-", err);
    if (v->out == NULL)
        return -1;
    return o->store != NULL ? verify_store(v, err) : verify_file(v, rules, o->operands[0], err);
}

static int
run_verify(const struct options *o)
{
    struct run r;
    int status = EXIT_RULES;
    if (run_load_rules(&r, o) == 0) {
        struct verifying v = {.o = o, .all_fit = true};
        int rc = verify_all(&v, r.rules, &r.err);
        if (v.out != NULL)
            rc = out_close(&v.out, &r.err) < 0 ? -1 : rc;
        status = rc < 0 ? run_fail(&r.err) : v.all_fit ? EXIT_RAN : EXIT_FOUND;
        secrets_unref(&v.secrets);
    }
    run_fini(&r);
    return status;
}

const struct command cmd_verify = {
    .name = "verify",
    .arguments = "BODY",
    .group = "Receive callbacks",
    .doc = "does a body fit its signature; if not, what nearly does",
    .about =
        "Checks the signatures of a callback that was kept with its headers, or of all that a store holds. "
        "When none fits it tries what commonly goes wrong on the way - a newline more, another encoding, "
        "another secret - and tells which of these would have fitted.",
    .examples = "rectrace verify --secret-file secrets --header 'Agora-Signature-V2: 6d3...' "
                "body.json\n"
                "rectrace verify --secret-file secrets --store calls.db",
    .takes = TAKES_RULES | TAKES_STORE | TAKES_SECRET | TAKES_HEADER,
    .run = run_verify,
};
