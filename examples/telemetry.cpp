/* Pier from C++17: a probe in one thread sends what it measures, the main thread receives it and sums it up.
 *
 *     telemetry [SAMPLES]
 *
 * The objects of the library sit in unique_ptr, failures become one exception type, and pier_store and pier_load are
 * overloaded, so that `store(out, x)` takes whatever an archive takes. The record is described by the same macro as in
 * C. Each end of the connection belongs to one thread: that is all that threads have to keep to. */
#include <cstdlib>
#include <exception>
#include <iostream>
#include <memory>
#include <stdexcept>
#include <string>
#include <thread>

#include <pier/pier.h>

namespace {

#define TELEMETRY_SAMPLE(FIELD)                                                                                        \
    FIELD(1, u64, number)                                                                                              \
    FIELD(2, text(16), probe)                                                                                          \
    FIELD(3, array(f32, 8), volts)                                                                                     \
    FIELD(4, optional(f64), temperature)
PIER_RECORD(telemetry_sample, "telemetry.Sample", TELEMETRY_SAMPLE)

// [guide: cpp-raii]
struct destroyer {
    void operator()(pier_channel *channel) const {
        pier_channel_destroy(channel);
    }
    void operator()(pier_socket *socket) const {
        pier_socket_destroy(socket);
    }
};
using channel_ptr = std::unique_ptr<pier_channel, destroyer>;
using socket_ptr = std::unique_ptr<pier_socket, destroyer>;

// Turns everything but PIER_OK into an exception.
void must(pier_status status, const pier_error *error) {
    if (status != PIER_OK) {
        bool is_told = error != nullptr && error->status == status;
        throw std::runtime_error(is_told ? error->text : pier_status_text(status));
    }
}
// [end]

channel_ptr open(socket_ptr socket) {
    pier_channel *channel = nullptr;
    pier_error error{};
    must(pier_channel_open(&channel, socket.get(), nullptr, &error), &error);
    socket.release(); // the channel has taken it
    pier_channel_set_deadline(channel, pier_deadline_after_ms(10000));
    return channel_ptr(channel);
}

// [guide: cpp-overloads]
// A record without a class: an array of whatever the arguments are.
template <typename... Values> void store(pier_archive *out, Values... values) {
    must(pier_archive_begin(out), pier_archive_error(out));
    pier_store_array(out, sizeof...(values));
    (pier_store(out, values), ...);
    must(pier_archive_end(out), pier_archive_error(out));
}

template <typename... Values> void load(pier_archive *in, Values &...values) {
    must(pier_archive_next(in), pier_archive_error(in));
    if (pier_load_array(in) != sizeof...(values)) {
        throw std::runtime_error("a record with another number of values");
    }
    (pier_load(in, &values), ...);
    must(pier_archive_status(in), pier_archive_error(in));
}
// [end]

// The probe: says what it is and how much it will send, sends it, and waits until that was received.
void measure(channel_ptr channel, unsigned samples) {
    pier_archive *out = pier_channel_store_archive(channel.get());
    store(out, "probe 1", samples, true);
    for (unsigned i = 1; i <= samples; i++) {
        telemetry_sample sample{};
        sample.number = i;
        std::string("probe 1").copy(sample.probe, sizeof sample.probe - 1);
        for (; sample.volts_count < 8; sample.volts_count++) {
            sample.volts[sample.volts_count] = static_cast<float>(i % 5 + sample.volts_count);
        }
        sample.has_temperature = i % 10 == 0;
        sample.temperature = 20.5;
        must(telemetry_sample_store(out, &sample), pier_archive_error(out));
    }
    must(pier_channel_close(channel.get()), pier_channel_error(channel.get()));
}

int receive(channel_ptr channel) {
    pier_archive *in = pier_channel_load_archive(channel.get());
    pier_text name{};
    unsigned promised = 0;
    bool is_calibrated = false;
    load(in, name, promised, is_calibrated);
    std::string probe(name.data, name.size); // the view ends with the record
    unsigned samples = 0;
    unsigned temperatures = 0;
    double volts = 0;
    pier_status status;
    while ((status = pier_archive_next(in)) == PIER_OK) {
        telemetry_sample sample;
        must(telemetry_sample_load(in, &sample), pier_archive_error(in));
        samples++;
        temperatures += sample.has_temperature ? 1 : 0;
        for (unsigned i = 0; i < sample.volts_count; i++) {
            volts += static_cast<double>(sample.volts[i]);
        }
    }
    if (status != PIER_END) {
        must(status, pier_archive_error(in));
    }
    must(pier_channel_close(channel.get()), pier_channel_error(channel.get()));
    std::cout << probe << (is_calibrated ? ", calibrated" : "") << ": " << samples << " samples of " << promised << ", "
              << volts << " volts in all, " << temperatures << " temperatures\n";
    return samples == promised ? EXIT_SUCCESS : EXIT_FAILURE;
}

int run(unsigned samples) {
    pier_socket *near = nullptr;
    pier_socket *far = nullptr;
    pier_error error{};
    must(pier_socket_pair(&near, &far, nullptr, &error), &error);
    socket_ptr far_end(far);
    channel_ptr receiver = open(socket_ptr(near));
    channel_ptr sender = open(std::move(far_end));
    std::exception_ptr failure;
    std::thread probe([&failure, &sender, samples] {
        try {
            measure(std::move(sender), samples);
        } catch (...) {
            failure = std::current_exception();
        }
    });
    int answer = EXIT_FAILURE;
    try {
        answer = receive(std::move(receiver));
    } catch (...) {
        probe.join();
        throw;
    }
    probe.join();
    if (failure) {
        std::rethrow_exception(failure);
    }
    return answer;
}

} // namespace

int main(int argc, char **argv) {
    char *end = nullptr;
    unsigned long samples = argc == 2 ? std::strtoul(argv[1], &end, 10) : 1000;
    if (argc > 2 || (end != nullptr && (*end != '\0' || end == argv[1])) || samples > 10000000) {
        std::cerr << "usage: telemetry [SAMPLES]   (10,000,000 at most)\n";
        return 2;
    }
    try {
        return run(static_cast<unsigned>(samples));
    } catch (const std::exception &failure) {
        std::cerr << "telemetry: " << failure.what() << '\n';
        return 1;
    }
}
