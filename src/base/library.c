#include "config.h"

#include "base/library.h"

#include <dlfcn.h>
#include <string.h>

static int
look_up(void *handle, const struct library *l, struct rt_err *err)
{
    for (size_t i = 0; i < l->count; i++) {
        void *f = dlsym(handle, l->functions[i].name);
        if (f == NULL)
            return rt_fail_here(err, RT_EIO, "%s has no %s", l->soname, l->functions[i].name);
        /* as POSIX has it: a function's address fits */
        memcpy(l->functions[i].at, &f, sizeof(f));
    }
    return 0;
}

int
library_open(struct library *l, struct rt_err *err)
{
    int rc = 0;
    pthread_mutex_lock(&l->lock);
    if (l->handle == NULL) {
        void *handle = dlopen(l->soname, RTLD_NOW | RTLD_LOCAL);
        if (handle == NULL)
            rc = rt_fail_here(err, RT_EIO, "cannot be opened: %s", dlerror());
        else if ((rc = look_up(handle, l, err)) < 0)
            dlclose(handle);
        else
            l->handle = handle;
    }
    pthread_mutex_unlock(&l->lock);
    return rc;
}
