/* What a weather station tells: shared by those who send it and those who receive it. */
#ifndef READING_H
#define READING_H

#include <pier/pier.h>

#define READING(FIELD)                                                                                                 \
    FIELD(1, text(32), station)                                                                                        \
    FIELD(2, f64, celsius)                                                                                             \
    FIELD(3, time, at)
PIER_RECORD(reading, "weather.Reading", READING)

#endif
