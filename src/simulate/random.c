#include "config.h"

#include "simulate/random.h"

#include <string.h>

uint64_t
sim_next(struct sim_random *r)
{
    uint64_t z = r->state += UINT64_C(0x9e3779b97f4a7c15);
    z = (z ^ z >> 30) * UINT64_C(0xbf58476d1ce4e5b9);
    z = (z ^ z >> 27) * UINT64_C(0x94d049bb133111eb);
    return z ^ z >> 31;
}

uint64_t
sim_below(struct sim_random *r, uint64_t n)
{
    return sim_next(r) % n;
}

int
sim_chance(struct sim_random *r, double p)
{
    return (double)(sim_next(r) >> 11) / 9007199254740992.0 < p;
}

void
sim_text(struct sim_random *r, const char *of, size_t n, char *out)
{
    size_t count = strlen(of);
    for (size_t i = 0; i < n; i++)
        out[i] = of[sim_below(r, count)];
    out[n] = '\0';
}
