/*
 * page.h - the style and the script of the page, made from page/ at build time by tools/page.sh.
 */
#ifndef RECTRACE_REPORT_PAGE_H
#define RECTRACE_REPORT_PAGE_H

#include "base/str.h"

extern const rt_str page_style, page_script;

#endif
