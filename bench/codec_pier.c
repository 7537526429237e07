/* Pier's codecs by themselves: what the schema compiler makes, and what the macro makes of the same structs. */
#include "codec.h"
#include "demand.h"
#include "record_workloads.h"
#include "record_workloads.pier.h"

void add_pier(void) {
    const struct {
        workload_kind of;
        const pier_class *generated; /* of the same struct as the macro's */
        const pier_class *macro;
    } classes[] = {
        {W1, &bench_tick_class, &tick_class},       {W1_FIXED, &bench_tick_fixed_class, &tick_fixed_class},
        {W2, &bench_monster_class, &monster_class}, {W2_TYPED, &bench_monster_typed_class, &monster_typed_class},
        {W3, &bench_series_class, &series_class},   {W3_TYPED, &bench_series_typed_class, &series_typed_class},
        {W3_SHORT, &bench_series_class, NULL},      {W3_LONG, &bench_series_class, NULL},
        {W3_RUNS, &bench_series_class, NULL},
    };
    for (size_t i = 0; i < sizeof classes / sizeof classes[0]; i++) {
        codec made = {.name = "Pier, generated", .of = classes[i].of};
        made.encode = classes[i].generated->encode;
        made.decode = classes[i].generated->decode;
        add_codec(&made);
        if (classes[i].macro != NULL) {
            demand(classes[i].generated->record_bytes == classes[i].macro->record_bytes, "the structs differ");
            made.name = "Pier, macro";
            made.encode = classes[i].macro->encode;
            made.decode = classes[i].macro->decode;
            add_codec(&made);
        }
    }
    codec block = {.name = "Pier, generated, 1,024 in a block", .of = W1, .chained = true};
    block.encode = bench_tick_class.encode;
    block.decode = bench_tick_class.decode;
    add_codec(&block);
}
