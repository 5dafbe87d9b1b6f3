// SPDX-License-Identifier: GPL-2.0-only
/* Attaches and detaches the program with libbpf and libxdp. */
#include "kernel/loader.h"

#include <arpa/inet.h>
#include <bpf/bpf.h>
#include <bpf/libbpf.h>
#include <errno.h>
#include <linux/if_link.h>
#include <pthread.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/random.h>
#include <sys/wait.h>
#include <unistd.h>
#include <xdp/libxdp.h>

#include "kernel/maps.h"
#include "sobig.h"
#include "sobig.skel.h"

/* The last message of libbpf or libxdp; the kernel's message if there was one. */
struct loader_words {
	char text[LOADER_WORDS_SIZE];
	bool kernels;
};

static _Thread_local struct loader_words loader_words;

static int loader_hear(const char *format, va_list args)
{
	static const char kernel[] = "Kernel error message: ";
	char line[sizeof(loader_words.text)];
	const char *words;

	vsnprintf(line, sizeof(line), format, args);
	line[strcspn(line, "\n")] = '\0';
	words = strstr(line, kernel);
	if (!words && (loader_words.kernels || !*line))
		return 0;
	loader_words.kernels = words;
	snprintf(loader_words.text, sizeof(loader_words.text), "%s",
		 words ? words + sizeof(kernel) - 1 : line);
	return 0;
}

static int loader_hear_libbpf(enum libbpf_print_level level, const char *format, va_list args)
{
	return level == LIBBPF_WARN ? loader_hear(format, args) : 0;
}

static int loader_hear_libxdp(enum libxdp_print_level level, const char *format, va_list args)
{
	return level == LIBXDP_WARN ? loader_hear(format, args) : 0;
}

static void loader_set_ears(void)
{
	libbpf_set_print(loader_hear_libbpf);
	libxdp_set_print(loader_hear_libxdp);
}

void loader_listen(void)
{
	static pthread_once_t once = PTHREAD_ONCE_INIT;

	pthread_once(&once, loader_set_ears);
	loader_words = (struct loader_words){ 0 };
}

const char *loader_heard(char text[LOADER_HEARD_SIZE])
{
	snprintf(text, LOADER_HEARD_SIZE, *loader_words.text ? "; %s: %s" : "",
		 loader_words.kernels ? "kernel message" : "details", loader_words.text);
	return text;
}

struct loader_apart {
	struct loader_words words;
	int err;
};

/*
 * Runs `work` in a child process and copies its message: libxdp 1.3.1 leaks descriptors whenever it
 * attaches or detaches, which a daemon that runs for months cannot afford.
 */
static int loader_apart(int (*work)(void *context), void *context)
{
	struct loader_apart *apart;
	pid_t child;
	int err;

	apart = mmap(NULL, sizeof(*apart), PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1,
		     0);
	if (apart == MAP_FAILED)
		return -errno;
	apart->err = -ECHILD; /* if it does not end */
	child = fork();
	if (!child) {
		err = work(context);
		apart->words = loader_words;
		apart->err = err;
		_exit(0);
	}
	if (child > 0)
		while (waitpid(child, NULL, 0) < 0 && errno == EINTR)
			;
	else
		apart->err = -errno;
	err = apart->err;
	loader_words = apart->words;
	munmap(apart, sizeof(*apart));
	return err;
}

/*
 * Opens the program with its settings without loading it: libxdp chooses the type with which it is
 * loaded.
 */
static int loader_open(unsigned int ifindex, const struct filter_options *options,
		       const struct ticks *ticks, struct sobig_bpf **out)
{
	struct sobig_bpf *skeleton;
	uint64_t salts[2];
	int err;

	if (getrandom(salts, sizeof(salts), 0) != sizeof(salts))
		return -EIO;
	skeleton = sobig_bpf__open();
	if (!skeleton) {
		err = -errno;
		return err < 0 ? err : -ENOMEM;
	}
	for (int i = 0; i < SOBIG_PORTS_MAX; i++)
		skeleton->rodata->ports[i] = htons(options->ports[i]) | options->bits[i]
										<< SOBIG_BIT_SHIFT;
	skeleton->rodata->dry_run = options->dry_run;
	skeleton->rodata->scope_port = options->scope_port;
	skeleton->rodata->rate_step = options->rate_step;
	skeleton->rodata->rate_burst =
		options->rate_burst ? (options->rate_burst - 1) * options->rate_step : 0;
	for (int i = 0; i < 2; i++)
		skeleton->rodata->rate_salts[i] = salts[i] | 1;
	skeleton->rodata->tick_zero = ticks->zero;
	skeleton->rodata->tick_scale = ticks->scale;
	/* libxdp reads the flag before libbpf sets it from the section name. */
	bpf_program__set_flags(skeleton->progs.sobig_xdp, BPF_F_XDP_HAS_FRAGS);
	err = maps_prepare(skeleton, ifindex, options->pins, options->blocks,
			   options->rate_step != 0);
	if (err)
		sobig_bpf__destroy(skeleton);
	else
		*out = skeleton;
	return err;
}

int loader_prepare(unsigned int ifindex, const struct filter_options *options,
		   const struct ticks *ticks)
{
	struct sobig_bpf *skeleton;
	int err = loader_open(ifindex, options, ticks, &skeleton);

	if (err)
		return err;
	err = bpf_program__set_autoload(skeleton->progs.sobig_xdp, false);
	if (!err)
		err = sobig_bpf__load(skeleton);
	sobig_bpf__destroy(skeleton);
	return err;
}

static __u32 loader_flags(const struct look *look)
{
	return look->generic ? XDP_FLAGS_SKB_MODE : XDP_FLAGS_DRV_MODE;
}

/* Replaces our program in one step if there is no dispatcher. */
static int loader_replace(struct sobig_bpf *skeleton, unsigned int ifindex, const struct look *look)
{
	DECLARE_LIBBPF_OPTS(bpf_xdp_attach_opts, replace);
	int err = sobig_bpf__load(skeleton);

	if (err)
		return err;
	replace.old_prog_fd = bpf_prog_get_fd_by_id(look->main);
	if (replace.old_prog_fd < 0)
		return -errno;
	err = bpf_xdp_attach(ifindex, bpf_program__fd(skeleton->progs.sobig_xdp),
			     loader_flags(look) | XDP_FLAGS_REPLACE, &replace);
	close(replace.old_prog_fd);
	return err;
}

static int loader_add(struct sobig_bpf *skeleton, unsigned int ifindex, enum filter_mode mode)
{
	DECLARE_LIBXDP_OPTS(xdp_program_opts, options, .obj = skeleton->obj,
			    .prog_name = SOBIG_PROGRAM);
	struct xdp_program *program = xdp_program__create(&options);
	int err = libxdp_get_error(program);

	if (err)
		return err;
	err = xdp_program__attach(program, ifindex,
				  mode == FILTER_GENERIC ? XDP_MODE_SKB : XDP_MODE_NATIVE, 0);
	xdp_program__close(program);
	return err;
}

/* Detaches our program, with libxdp if there is a dispatcher. Runs in a child process. */
static int loader_remove(unsigned int ifindex, const struct look *look)
{
	DECLARE_LIBBPF_OPTS(bpf_xdp_attach_opts, replace);
	struct xdp_program *program;
	struct xdp_multiprog *all;
	int err;

	if (look->ours == look->main) {
		replace.old_prog_fd = bpf_prog_get_fd_by_id(look->ours);
		if (replace.old_prog_fd < 0)
			return -errno;
		return bpf_xdp_detach(ifindex, loader_flags(look) | XDP_FLAGS_REPLACE, &replace);
	}
	all = xdp_multiprog__get_from_ifindex(ifindex);
	err = libxdp_get_error(all);
	if (err)
		return err;
	program = xdp_multiprog__next_prog(NULL, all);
	while (program && xdp_program__id(program) != look->ours)
		program = xdp_multiprog__next_prog(program, all);
	/*
	 * The kernel has the program, but libxdp cannot see it: its pins are in another mount
	 * namespace.
	 */
	if (!program) {
		snprintf(
			loader_words.text, sizeof(loader_words.text),
			"libxdp has no pin of program %u; set LIBXDP_BPFFS to the bpf file system that was used to attach it",
			look->ours);
		return -ENXIO;
	}
	return xdp_program__detach(program, ifindex, xdp_multiprog__attach_mode(all), 0);
}

struct loader_removal {
	unsigned int ifindex;
	const struct look *look;
};

static int loader_remove_work(void *context)
{
	const struct loader_removal *removal = context;

	return loader_remove(removal->ifindex, removal->look);
}

int loader_detach(unsigned int ifindex, const struct look *look)
{
	struct loader_removal removal = { ifindex, look };

	return loader_apart(loader_remove_work, &removal);
}

struct loader_dry_run {
	unsigned int ifindex;
	const struct filter_options *options;
	const struct ticks *ticks;
	const struct look *before;
	enum filter_mode mode;
};

static int loader_try_work(void *context)
{
	const struct loader_dry_run *dry_run = context;
	const struct look *before = dry_run->before;
	struct sobig_bpf *skeleton = NULL;
	int err;

	err = loader_open(dry_run->ifindex, dry_run->options, dry_run->ticks, &skeleton);
	if (err)
		return err;
	if (before->ours && before->ours == before->main) {
		err = loader_replace(skeleton, dry_run->ifindex, before);
	} else {
		err = loader_add(skeleton, dry_run->ifindex, dry_run->mode);
		if (!err && before->ours)
			err = loader_remove(dry_run->ifindex, before);
	}
	sobig_bpf__destroy(skeleton);
	return err;
}

int loader_attach(unsigned int ifindex, const struct filter_options *options,
		  const struct ticks *ticks, const struct look *before, enum filter_mode mode)
{
	struct loader_dry_run dry_run = { ifindex, options, ticks, before, mode };

	return loader_apart(loader_try_work, &dry_run);
}
