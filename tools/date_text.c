/* Dates and durations as text: see date_text.h. */
#include "date_text.h"

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
