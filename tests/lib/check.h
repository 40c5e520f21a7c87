/*
 * check.h - what every CUnit program here shares: rows with names, and main().
 *
 * A test file declares static void functions, a table of them, and CHECK_MAIN("suite", table).
 */
#ifndef RECTRACE_TESTS_LIB_CHECK_H
#define RECTRACE_TESTS_LIB_CHECK_H

#include <stdio.h>

#include <CUnit/Basic.h>

/* CUnit does not know of rows: this adds the row's name to the message. */
#define CHECK_ROW(row, cond)                                                                \
    do {                                                                                    \
        char what_[240];                                                                    \
        snprintf(what_, sizeof(what_), "%s: %s", (row)->name, #cond);                       \
        CU_assertImplementation((cond) ? CU_TRUE : CU_FALSE, __LINE__, what_, __FILE__, "", \
                                CU_FALSE);                                                  \
    } while (0)
#define CHECK(cond) CU_ASSERT(cond)

struct check_test {
    const char *name; /* a sentence */
    void (*run)(void);
};

/* `tests` ends with {NULL, NULL}. */
static inline int
check_main(const char *suite_name, const struct check_test *tests)
{
    if (CU_initialize_registry() != CUE_SUCCESS)
        return 2;
    CU_pSuite suite = CU_add_suite(suite_name, NULL, NULL);
    if (suite == NULL)
        return 2;
    for (; tests->name != NULL; tests++)
        if (CU_add_test(suite, tests->name, tests->run) == NULL)
            return 2;
    CU_basic_set_mode(CU_BRM_VERBOSE);
    CU_basic_run_tests();
    unsigned failed = CU_get_number_of_failures();
    CU_cleanup_registry();
    return failed == 0 ? 0 : 1;
}

#define CHECK_MAIN(suite, tests)         \
    int main(void)                       \
    {                                    \
        return check_main(suite, tests); \
    }

#endif
