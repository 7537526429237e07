/* Which instructions this processor has for whole arrays of integers; see integers_internal.h.
 *
 * Floor 5 (record). */
#include <stdatomic.h>

#include "record/integers_internal.h"

#if PIER__HAS_WIDE
#include <cpuid.h>
#endif

/* One more than what the processor has; 0: nobody asked yet. */
static atomic_int known;

/* What the processor has. */
static pier__wide find_out(void) {
#if PIER__HAS_WIDE
    unsigned a;
    unsigned b;
    unsigned c = 0;
    unsigned d;
    /* The compiler's own question knows of vectors whether the system keeps their registers, but not all know lzcnt. */
    bool has_lzcnt = __get_cpuid(0x80000001, &a, &b, &c, &d) != 0 && (c & 1u << 5) != 0;
    if (!has_lzcnt || !__builtin_cpu_supports("avx2") || !__builtin_cpu_supports("bmi") ||
        !__builtin_cpu_supports("bmi2")) {
        return PIER__WIDE_NONE;
    }
    if (__builtin_cpu_supports("avx512f") && __builtin_cpu_supports("avx512bw") && __builtin_cpu_supports("avx512dq") &&
        __builtin_cpu_supports("avx512vbmi")) {
        return PIER__WIDE_512_BITS;
    }
    return PIER__WIDE_256_BITS;
#else
    return PIER__WIDE_NONE;
#endif
}

pier__wide pier__wide_instructions(void) {
    int has = atomic_load_explicit(&known, memory_order_relaxed);
    if (PIER_UNLIKELY(has == 0)) {
        has = (int)find_out() + 1;
        atomic_store_explicit(&known, has, memory_order_relaxed);
    }
    return (pier__wide)(has - 1);
}

void pier__limit_wide_instructions(pier__wide most) {
    pier__wide has = find_out();
    atomic_store_explicit(&known, (int)(has < most ? has : most) + 1, memory_order_relaxed);
}
