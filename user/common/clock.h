/* SPDX-License-Identifier: GPL-2.0-only */
/* Reads clocks and formats times. */
#ifndef CLOCK_H
#define CLOCK_H

#include <stdint.h>
#include <time.h>

/* Whole seconds of CLOCK_MONOTONIC, as in the kernel's maps (sobig.h). */
uint32_t clock_seconds(void);

/* The first whole second of CLOCK_MONOTONIC at which `seconds` have passed; never earlier. */
uint32_t clock_seconds_after(uint32_t seconds);

/* CLOCK_MONOTONIC in seconds, with fractions. */
double clock_precise(void);

/* Whole seconds of CLOCK_BOOTTIME, which includes the time that the machine was suspended. */
uint64_t clock_boot_seconds(void);

/* Milliseconds since 1970. */
int64_t clock_wall_ms(void);

/* The time in `ms` milliseconds by CLOCK_MONOTONIC, as a deadline for functions that wait. */
struct timespec clock_deadline(uint32_t ms);

/*
 * Converts a second of CLOCK_MONOTONIC to seconds since 1970, always with the same result, and
 * back. Times of one block are converted by these only, so that they look alike wherever they are
 * shown.
 */
time_t clock_wall_of(uint32_t second);
uint32_t clock_second_of(time_t wall);

#define CLOCK_TEXT_SIZE 32

/* "2026-11-24 12:05:09" in local time, of a second of CLOCK_MONOTONIC. Returns `text`. */
char *clock_local(uint32_t second, char text[CLOCK_TEXT_SIZE]);

/* The same, of milliseconds since 1970. */
char *clock_local_ms(int64_t ms, char text[CLOCK_TEXT_SIZE]);

/* "2026-11-24T12:05:09Z", of a second of CLOCK_MONOTONIC. Returns `text`. */
char *clock_rfc3339(uint32_t second, char text[CLOCK_TEXT_SIZE]);

/* The same, of milliseconds since 1970; a fraction of a second is shown if there is one. */
char *clock_rfc3339_ms(int64_t ms, char text[CLOCK_TEXT_SIZE]);

#endif
