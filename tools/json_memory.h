/* Memory for yajl, which takes every answer of its allocator for memory.
 *
 * Part of the command; used by json_read.c. When memory runs out, control goes back to where JSON_MEMORY_RAN_OUT was
 * asked, as from longjmp, and what the parser had is freed by json_memory_release. */
#ifndef JSON_MEMORY_H
#define JSON_MEMORY_H

#include <setjmp.h>

#include <yajl/yajl_common.h>

typedef struct json_block json_block;

typedef struct json_memory {
    yajl_alloc_funcs functions; /* for yajl_alloc */
    json_block *first;
    jmp_buf ran_out;
} json_memory;

/* Prepares the memory for one parser. JSON_MEMORY_RAN_OUT must be asked before yajl_alloc is called. */
void json_memory_init(json_memory *memory);

/* 0 when it is asked; not 0 when memory has run out since. */
#define JSON_MEMORY_RAN_OUT(memory) setjmp((memory)->ran_out)

/* Frees all that the parser had, the parser with it. */
void json_memory_release(json_memory *memory);

#endif
