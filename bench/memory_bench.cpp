// Everything that is measured in memory, under Google Benchmark:
//
//     memory_bench [--benchmark_…]
//
// scripts/bench.sh asks for many short repetitions in a random order, so that what else the machine does meets all
// contenders of a group alike, and compares medians.
#include <benchmark/benchmark.h>

#include <string>
#include <vector>

#include "contenders.h"

namespace {

void measure(benchmark::State &state, const contender &measured) {
    for (auto _ : state) {
        measured.run(measured.state);
    }
    auto runs = static_cast<double>(state.iterations());
    state.counters["items"] =
        benchmark::Counter(static_cast<double>(measured.items) * runs, benchmark::Counter::kIsRate);
    state.counters["bytes"] =
        benchmark::Counter(static_cast<double>(measured.bytes) * runs, benchmark::Counter::kIsRate);
    state.SetLabel(measured.unit);
}

} // namespace

int main(int argc, char **argv) {
    static contender contenders[32];
    std::size_t count = add_token_contenders(contenders);
    count += add_record_contenders(contenders + count);
    for (std::size_t i = 0; i < count; i++) {
        const contender &measured = contenders[i];
        std::string name = std::string(measured.group) + "/" + measured.name;
        benchmark::RegisterBenchmark(name.c_str(), measure, measured);
    }
    benchmark::Initialize(&argc, argv);
    if (benchmark::ReportUnrecognizedArguments(argc, argv)) {
        return 2;
    }
    benchmark::RunSpecifiedBenchmarks();
    return 0;
}
