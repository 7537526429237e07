/* What marks a public symbol, and what a compiler is told about it.
 *
 * Floor 0 (base). PIER_API stands before every exported function, PIER_MUST_USE before those whose status must
 * not be dropped. The header makes no symbol of its own. */
#ifndef PIER_EXPORT_H
#define PIER_EXPORT_H

#if defined(_WIN32) && defined(PIER_BUILDING_SHARED)
#define PIER__EXPORT __declspec(dllexport)
#elif defined(_WIN32) && defined(PIER_USING_SHARED)
#define PIER__EXPORT __declspec(dllimport)
#elif defined(__GNUC__)
#define PIER__EXPORT __attribute__((visibility("default")))
#else
#define PIER__EXPORT
#endif

/* C linkage for C++ without braces around whole headers, so that inline functions and overloads may stand
 * between the declarations. */
#ifdef __cplusplus
#define PIER_API extern "C" PIER__EXPORT
#else
#define PIER_API extern PIER__EXPORT
#endif

#if defined(__GNUC__)
#define PIER_MUST_USE __attribute__((warn_unused_result))
#define PIER_PRINTF(format_index, first_index) __attribute__((format(printf, format_index, first_index)))
/* Before the definition of what every record, block or turn passes through: the compiler puts these functions side by
 * side, a few pages in place of two dozen, which a thread that has just been woken finds in no cache. */
#define PIER__HOT __attribute__((hot))
#define PIER_LIKELY(condition) __builtin_expect(!!(condition), 1)
#define PIER_UNLIKELY(condition) __builtin_expect(!!(condition), 0)
#else
#define PIER_MUST_USE
#define PIER_PRINTF(format_index, first_index)
#define PIER__HOT
#define PIER_LIKELY(condition) (condition)
#define PIER_UNLIKELY(condition) (condition)
#endif

#endif
