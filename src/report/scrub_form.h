/*
 * scrub_form.h - what is known by its form, whatever stands before it: addresses, credentials in URLs and commands.
 */
#ifndef RECTRACE_REPORT_SCRUB_FORM_H
#define RECTRACE_REPORT_SCRUB_FORM_H

#include "rules/rule_set.h"

enum form {
    FORM_NONE,
    FORM_CREDENTIAL,
    FORM_TOKEN,
    FORM_STREAM,
    FORM_ADDRESS,
    FORM_MAIL,
    FORM_OBJECT
};
struct form_place {
    enum form form;
    size_t keep; /* bytes before it that stay */
    size_t n;    /* of it; FORM_OBJECT: base64 of an object */
};
/* What begins at `i`, where a word may begin. */
struct form_place scrub_form_at(const struct rule_set *rules, rt_str line, size_t i);

#endif
