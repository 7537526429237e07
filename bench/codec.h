/* What a codec is to the runner (codec_bench.c): a table of functions that store the records of a workload in memory
 * and load them from there. Each peer has a file of its own, codec_PEER, that adds its codecs; a codec is one way to
 * do one workload. */
#ifndef PIER_BENCH_CODEC_H
#define PIER_BENCH_CODEC_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <pier/class.h>

#ifdef __cplusplus
extern "C" {
#endif

/* Which records: see record_workloads.h. Those of one letter and digit hold the same values in another form. */
typedef enum workload_kind {
    W1,
    W1_FIXED,
    W2,
    W2_TYPED,
    W3,
    W3_TYPED,
    W3_SHORT,
    W3_LONG,
    W3_RUNS,
    WORKLOADS
} workload_kind;

typedef struct workload {
    const char *name;
    const pier_class *type; /* of the struct that the records are */
    size_t count;           /* different records, stored in turn */
    void (*fill)(void *to, size_t index);
    uint8_t *records; /* made once, by the runner */
} workload;

typedef struct codec codec;

/* Stores or loads all records of a workload, one after the other. */
typedef void (*codec_pass)(codec *self);

struct codec {
    const char *name; /* "msgpack-c, sbuffer and unpack_next" */
    workload_kind of;

    /* A record a call, either by these two, NULL when the peer has no such way. `store` writes at `self->at`, where
     * there is room enough for anything, or says there where else it wrote, at a place that keeps until the next call;
     * it returns how many bytes it wrote. What `load` is given begins at a multiple of 16. */
    size_t (*store)(codec *self, const void *record);
    void (*load)(codec *self, const uint8_t *at, size_t size, void *record);
    /* Or by two functions of the shape that classes have, which return the end of what they wrote or read. `chained`:
     * all records lie end to end, as in a block. */
    uint8_t *(*encode)(uint8_t *at, const void *record);
    const uint8_t *(*decode)(const uint8_t *at, const uint8_t *end, void *record, pier__decoding *how);
    bool chained;
    /* Or all at once, for what is no codec of single records; they set `bytes`. */
    codec_pass store_all;
    codec_pass load_all;

    void (*open)(codec *self); /* NULL, or makes `state`; `work` is set */
    void *state;

    /* Set by the runner */
    const workload *work;
    uint8_t *at;
    uint8_t *room;    /* where passes store */
    uint8_t *encoded; /* all records, each at a multiple of `stride`; or end to end */
    size_t stride;
    size_t *sizes;
    uint8_t *loaded;
    size_t bytes; /* of all records, stored */
};

/* Adds a codec to what is measured; it is copied. */
void add_codec(const codec *added);

/* Says which version of a library takes part. The texts are borrowed. */
void add_version(const char *name, const char *version);

static inline const void *record_at(const codec *self, size_t index) {
    return self->work->records + index * self->work->type->record_bytes;
}

static inline void *loaded_at(const codec *self, size_t index) {
    return self->loaded + index * self->work->type->record_bytes;
}

/* What each file adds */
void add_copy(void);
void add_pier(void);
void add_pier_archives(void);
void add_pier_values(void);
void add_pier_tokens(void);
void add_msgpack_c(void);
void add_msgpack_local(void);
void add_msgpack_cxx(void);
void add_protobuf(void);
void add_protobuf_c(void);
void add_flatbuffers(void);
void add_capnp(void);
void add_cereal(void);
void add_boost(void);
void add_qt(void);
void add_zpp_bits(void);

#ifdef __cplusplus
}
#endif

#endif
