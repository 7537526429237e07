/* msgpack-c where a compiler may put everything in one place: the packer is made in the function that packs, which is
 * the only one in this file, so that the buffer's function is known and small enough to be inlined at each call. With
 * more records, or more fields, compilers call it (codec_msgpack_c.c). */
#include <string.h>

#include <msgpack/pack.h>
#include <msgpack/sbuffer.h>

#include "codec.h"
#include "demand.h"
#include "record_workloads.h"

static void open_buffer(codec *self) {
    msgpack_sbuffer *packed = (msgpack_sbuffer *)allocate(sizeof *packed);
    msgpack_sbuffer_init(packed);
    self->state = packed;
}

static size_t store_tick(codec *self, const void *record) {
    const tick *from = (const tick *)record;
    msgpack_sbuffer *packed = (msgpack_sbuffer *)self->state;
    msgpack_packer packer;
    msgpack_packer_init(&packer, packed, msgpack_sbuffer_write);
    msgpack_sbuffer_clear(packed);
    int wrong = msgpack_pack_array(&packer, 8);
    wrong |= msgpack_pack_uint64(&packer, from->id);
    wrong |= msgpack_pack_int64(&packer, from->time);
    wrong |= msgpack_pack_double(&packer, from->price);
    wrong |= msgpack_pack_double(&packer, from->size);
    wrong |= msgpack_pack_uint32(&packer, from->flags);
    wrong |= msgpack_pack_uint8(&packer, from->kind);
    wrong |= from->live ? msgpack_pack_true(&packer) : msgpack_pack_false(&packer);
    size_t length = strlen(from->symbol);
    wrong |= msgpack_pack_str(&packer, length) | msgpack_pack_str_body(&packer, from->symbol, length);
    demand(wrong == 0, "msgpack-c packs nothing");
    self->at = (uint8_t *)packed->data;
    return packed->size;
}

void add_msgpack_local(void) {
    add_codec(&(codec){.name = "msgpack-c, sbuffer, all inlined", .of = W1, .open = open_buffer, .store = store_tick});
}
