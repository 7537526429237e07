/* Dates and durations as text: see date_text.h. */
#include "date_text.h"

#include <inttypes.h>
#include <stdio.h>

#define SECONDS_A_DAY 86400

enum { FRACTION_DIGITS = 9, SECONDS_DIGITS = 18 };

/* What is left of a text. */
typedef struct rest {
    const char *at;
    const char *end;
} rest;

static rest rest_of(const char *text, size_t size_bytes) {
    /* Nothing may have no address. */
    const char *begin = size_bytes > 0 ? text : "";
    return (rest){begin, begin + size_bytes};
}

static bool take_char(rest *text, char wanted) {
    if (text->at == text->end || *text->at != wanted) {
        return false;
    }
    text->at++;
    return true;
}

/* Takes up to `most` decimal digits. Returns how many there are. */
static int take_digits(rest *text, int most, int64_t *number) {
    int count = 0;
    *number = 0;
    for (; count < most && text->at < text->end && *text->at >= '0' && *text->at <= '9'; count++) {
        *number = *number * 10 + (*text->at++ - '0');
    }
    return count;
}

static bool take_two(rest *text, int64_t highest, int64_t *number) {
    return take_digits(text, 2, number) == 2 && *number <= highest;
}

/* Takes the digits behind a point as nanoseconds. */
static bool take_fraction(rest *text, int64_t *nanoseconds) {
    int digits = take_digits(text, FRACTION_DIGITS, nanoseconds);
    for (int i = digits; i < FRACTION_DIGITS; i++) {
        *nanoseconds *= 10;
    }
    return digits > 0;
}

static int64_t days_in_month(int64_t year, int64_t month) {
    static const int days[] = {31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};
    bool is_leap = (year % 4 == 0 && year % 100 != 0) || year % 400 == 0;
    return days[month - 1] + (month == 2 && is_leap ? 1 : 0);
}

/* Days from 1970-01-01 to a day; years are counted from March, so that a leap day ends one. */
static int64_t days_of(int64_t year, int64_t month, int64_t day) {
    static const int before_month[] = {306, 337, 0, 31, 61, 92, 122, 153, 184, 214, 245, 275};
    year -= month <= 2 ? 1 : 0;
    int64_t leap_days = year / 4 - year / 100 + year / 400;
    return year * 365 + leap_days + before_month[month - 1] + day - 1 - 719468;
}

/* Takes the time of day behind the T, and adds it. */
static bool take_day_time(rest *text, pier_time *time) {
    int64_t hours = 0;
    int64_t minutes = 0;
    int64_t seconds = 0;
    int64_t nanoseconds = 0;
    if (!take_two(text, 23, &hours) || !take_char(text, ':') || !take_two(text, 59, &minutes)) {
        return false;
    }
    if (take_char(text, ':')) {
        if (!take_two(text, 59, &seconds) || (take_char(text, '.') && !take_fraction(text, &nanoseconds))) {
            return false;
        }
    }
    time->seconds += hours * 3600 + minutes * 60 + seconds;
    time->nanoseconds = (uint32_t)nanoseconds;
    return true;
}

/* Takes what is said of the zone, and takes the time to UTC. */
static bool take_zone(rest *text, pier_time *time) {
    if (text->at == text->end || take_char(text, 'Z')) {
        return true;
    }
    int64_t hours = 0;
    int64_t minutes = 0;
    bool is_ahead = take_char(text, '+');
    if ((!is_ahead && !take_char(text, '-')) || !take_two(text, 23, &hours) || !take_char(text, ':') ||
        !take_two(text, 59, &minutes)) {
        return false;
    }
    int64_t seconds = hours * 3600 + minutes * 60;
    time->seconds -= is_ahead ? seconds : -seconds;
    return true;
}

bool date_text_read(const char *text, size_t size_bytes, pier_time *time) {
    rest left = rest_of(text, size_bytes);
    int64_t year = 0;
    int64_t month = 0;
    int64_t day = 0;
    if (take_digits(&left, 4, &year) != 4 || year < 1 || !take_char(&left, '-') || !take_two(&left, 12, &month) ||
        month < 1 || !take_char(&left, '-') || !take_two(&left, days_in_month(year, month), &day) || day < 1) {
        return false;
    }
    pier_time found = {.seconds = days_of(year, month, day) * SECONDS_A_DAY};
    if (take_char(&left, 'T')) {
        if (!take_day_time(&left, &found) || !take_zone(&left, &found)) {
            return false;
        }
    } else {
        (void)take_char(&left, 'Z');
    }
    if (left.at != left.end) {
        return false;
    }
    *time = found;
    return true;
}

/* The day that is so many days after 1970-01-01, in the years 1 to 9999. */
static void day_of(int64_t days, int64_t *year, int64_t *month, int64_t *day) {
    enum { DAYS_IN_400_YEARS = 146097 };
    /* The guess is off by a year at most. */
    *year = 1970 + days * 400 / DAYS_IN_400_YEARS;
    while (days_of(*year, 1, 1) > days) {
        --*year;
    }
    while (days_of(*year + 1, 1, 1) <= days) {
        ++*year;
    }
    *month = 1;
    *day = days - days_of(*year, 1, 1) + 1;
    while (*day > days_in_month(*year, *month)) {
        *day -= days_in_month(*year, *month);
        ++*month;
    }
}

bool date_text_write(pier_time time, char text[DATE_TEXT_BYTES]) {
    int64_t first = days_of(1, 1, 1) * SECONDS_A_DAY;
    int64_t end = days_of(10000, 1, 1) * SECONDS_A_DAY;
    if (time.seconds < first || time.seconds >= end || time.nanoseconds > 999999999) {
        return false;
    }
    /* Counted from a midnight before all of them, so that nothing below is negative. */
    int64_t days = (time.seconds - first) / SECONDS_A_DAY + days_of(1, 1, 1);
    int64_t second = (time.seconds - first) % SECONDS_A_DAY;
    int64_t year;
    int64_t month;
    int64_t day;
    day_of(days, &year, &month, &day);
    char fraction[16] = "";
    if (time.nanoseconds != 0) {
        uint32_t unit = time.nanoseconds % 1000000 == 0 ? 1000000 : time.nanoseconds % 1000 == 0 ? 1000 : 1;
        int digits = unit == 1 ? 9 : unit == 1000 ? 6 : 3;
        (void)snprintf(fraction, sizeof fraction, ".%0*" PRIu32, digits, time.nanoseconds / unit);
    }
    (void)snprintf(text, DATE_TEXT_BYTES, "%04d-%02d-%02dT%02d:%02d:%02d%sZ", (int)year, (int)month, (int)day,
                   (int)(second / 3600), (int)(second / 60 % 60), (int)(second % 60), fraction);
    return true;
}

bool duration_text_read(const char *text, size_t size_bytes, int64_t *seconds, int32_t *nanoseconds) {
    rest left = rest_of(text, size_bytes);
    bool is_negative = take_char(&left, '-');
    int64_t whole = 0;
    int64_t fraction = 0;
    if (take_digits(&left, SECONDS_DIGITS, &whole) == 0 ||
        (take_char(&left, '.') && !take_fraction(&left, &fraction)) || !take_char(&left, 's') || left.at != left.end) {
        return false;
    }
    *seconds = is_negative ? -whole : whole;
    *nanoseconds = (int32_t)(is_negative ? -fraction : fraction);
    return true;
}
