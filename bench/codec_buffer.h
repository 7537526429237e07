/* Memory as a stream of C++, for the libraries that write to one and read from one: no copy, no locale, no memory. */
#ifndef PIER_BENCH_CODEC_BUFFER_H
#define PIER_BENCH_CODEC_BUFFER_H

#include <cstdint>
#include <streambuf>

class Buffer : public std::streambuf {
  public:
    void begin_write(std::uint8_t *at, std::size_t size) {
        char *begin = reinterpret_cast<char *>(at);
        setp(begin, begin + size);
    }

    void begin_read(const std::uint8_t *at, std::size_t size) {
        char *begin = reinterpret_cast<char *>(const_cast<std::uint8_t *>(at));
        setg(begin, begin, begin + size);
    }

    std::size_t written() const {
        return static_cast<std::size_t>(pptr() - pbase());
    }
};

#endif
