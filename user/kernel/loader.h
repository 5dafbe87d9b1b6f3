/* SPDX-License-Identifier: GPL-2.0-only */
/* Attaches and detaches the program with libbpf and libxdp. */
#ifndef LOADER_H
#define LOADER_H

#include "kernel/filter_types.h"
#include "kernel/look.h"
#include "kernel/ticks.h"

/* The last error message of libbpf and libxdp is stored per thread. loader_listen() clears it. */
#define LOADER_WORDS_SIZE 512
#define LOADER_HEARD_SIZE (LOADER_WORDS_SIZE + 32)
void loader_listen(void);

/* "; details: MESSAGE", or "" if there was no message. Returns `text`. */
const char *loader_heard(char text[LOADER_HEARD_SIZE]);

/* Creates and pins the maps that do not exist. 0 or libbpf's -errno. */
int loader_prepare(unsigned int ifindex, const struct filter_options *options,
		   const struct ticks *ticks);

/*
 * Attaches in one mode, never FILTER_AUTO. Our program that look_at() found before is replaced, in
 * one step or after the new one is attached. 0 or -errno of libbpf and libxdp.
 */
int loader_attach(unsigned int ifindex, const struct filter_options *options,
		  const struct ticks *ticks, const struct look *before, enum filter_mode mode);

/* Detaches our program that look_at() found. 0; -ENOENT: it is no longer attached; or -errno. */
int loader_detach(unsigned int ifindex, const struct look *look);

#endif
