/*
 * replay.c - main for a fuzz target without a fuzzer: runs every file of the folders named, and a
 * few thousand mutations of each (fixed seed), so that `make check` replays what was ever found.
 */
#include <dirent.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

enum { LARGEST = 1 << 20 };
static uint32_t seed = 7;

static uint32_t
next(void)
{
    seed = seed * 1664525u + 1013904223u;
    return seed >> 8;
}

static void
mutate(uint8_t *p, size_t *n)
{
    static const char marks[] = "{}[]\"\\:,\n\0\xff{\"code\":";
    for (unsigned k = next() % 4 + 1; k > 0 && *n > 0; k--) {
        size_t at = next() % *n;
        switch (next() % 4) {
        case 0: p[at] ^= (uint8_t)(1u << next() % 8); break;
        case 1: p[at] = (uint8_t)marks[next() % (sizeof(marks) - 1)]; break;
        case 2: *n = at; break;
        default:
            if (*n * 2 < LARGEST) {
                size_t length = next() % 64 % (*n - at) + 1;
                memmove(p + at + length, p + at, *n - at);
                *n += length;
            }
        }
    }
}

static int
run_file(const char *path, unsigned rounds)
{
    static uint8_t bytes[2 * LARGEST], changed[2 * LARGEST];
    FILE *f = fopen(path, "rb");
    if (f == NULL)
        return 1;
    size_t n = fread(bytes, 1, LARGEST / 2, f);
    fclose(f);
    LLVMFuzzerTestOneInput(bytes, n);
    for (unsigned i = 0; i < rounds; i++) {
        size_t size = n;
        memcpy(changed, bytes, n);
        mutate(changed, &size);
        LLVMFuzzerTestOneInput(changed, size);
    }
    return 0;
}

int
main(int argc, char **argv)
{
    unsigned files = 0, rounds = getenv("FUZZ_ROUNDS") != NULL
                                     ? (unsigned)atoi(getenv("FUZZ_ROUNDS"))
                                     : 300;
    for (int i = 1; i < argc; i++) {
        DIR *d = opendir(argv[i]);
        if (d == NULL) {
            fprintf(stderr, "replay: %s cannot be read\n", argv[i]);
            return 2;
        }
        for (struct dirent *e = readdir(d); e != NULL; e = readdir(d)) {
            char path[4096];
            if (e->d_name[0] == '.')
                continue;
            snprintf(path, sizeof(path), "%s/%s", argv[i], e->d_name);
            if (run_file(path, rounds) != 0)
                return 2;
            files++;
        }
        closedir(d);
    }
    printf("%u files replayed, %u mutations each\n", files, rounds);
    return files == 0;
}
