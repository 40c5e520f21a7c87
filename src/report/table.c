#include "config.h"

#include <string.h>

#include "report/writer.h"

extern const struct writer writer_text, writer_json, writer_jsonl, writer_md, writer_csv,
    writer_junit, writer_sarif, writer_otlp, writer_trace, writer_html;

const struct writer *const writers[] = {
    &writer_text,  &writer_html,  &writer_json, &writer_jsonl, &writer_md, &writer_csv,
    &writer_junit, &writer_sarif, &writer_otlp, &writer_trace, NULL,
};

const struct writer *
writer_find(const char *name)
{
    for (size_t i = 0; writers[i] != NULL; i++)
        if (strcmp(writers[i]->name, name) == 0)
            return writers[i];
    return NULL;
}
