/* SPDX-License-Identifier: GPL-2.0-only */
/* The program put on an interface and taken off it, by libbpf and libxdp. */
#ifndef LOADER_H
#define LOADER_H

#include "kernel/filter_types.h"
#include "kernel/look.h"
#include "kernel/ticks.h"

/*
 * What libbpf and libxdp complain of is kept, for each thread on its own. loader_listen() forgets
 * what was heard before.
 */
#define LOADER_WORDS_SIZE 512
#define LOADER_HEARD_SIZE (LOADER_WORDS_SIZE + 32)
void loader_listen(void);

/* "; in detail: WORDS", or nothing if nothing was heard. Returns `text`. */
const char *loader_heard(char text[LOADER_HEARD_SIZE]);

/* Makes and pins the maps, as far as they are not there. 0 or -errno, as of libbpf. */
int loader_prepare(unsigned int ifindex, const struct filter_options *options,
		   const struct ticks *ticks);

/*
 * One try in one mode, never FILTER_AUTO; ours that look_at() found there before is replaced, in
 * one step or when the new one is in place. 0 or -errno, as of libbpf and libxdp.
 */
int loader_attach(unsigned int ifindex, const struct filter_options *options,
		  const struct ticks *ticks, const struct look *before, enum filter_mode mode);

/* Takes ours off, which look_at() has found. 0; -ENOENT: it is gone already; or -errno. */
int loader_detach(unsigned int ifindex, const struct look *look);

#endif
