// SPDX-License-Identifier: GPL-2.0-only
/* The XDP program on an interface: loaded, attached beside others', found again, taken away. */
#include "filter.h"

#include <arpa/inet.h>
#include <bpf/bpf.h>
#include <bpf/libbpf.h>
#include <errno.h>
#include <limits.h>
#include <linux/if_link.h>
#include <net/if.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/random.h>
#include <unistd.h>
#include <xdp/libxdp.h>

#include "act/maps.h"
#include "act/pins.h"
#include "act/ticks.h"
#include "common/log.h"
#include "sobig.h"
#include "sobig.skel.h"

#define FILTER_MAPS_MAX 32

/* The last thing that libbpf or libxdp complained of; the kernel's own words if it had any. */
static char filter_words[512];
static bool filter_words_are_kernels;

const char *filter_mode_name(enum filter_mode mode)
{
	return mode == FILTER_GENERIC ? "generic" : mode == FILTER_NATIVE ? "native" : "auto";
}

static int filter_hear(const char *format, va_list args)
{
	static const char kernel[] = "Kernel error message: ";
	char line[sizeof(filter_words)];
	const char *words;

	vsnprintf(line, sizeof(line), format, args);
	line[strcspn(line, "\n")] = '\0';
	words = strstr(line, kernel);
	if (!words && (filter_words_are_kernels || !*line))
		return 0;
	filter_words_are_kernels = words;
	snprintf(filter_words, sizeof(filter_words), "%s",
		 words ? words + sizeof(kernel) - 1 : line);
	return 0;
}

static int filter_hear_libbpf(enum libbpf_print_level level, const char *format, va_list args)
{
	return level == LIBBPF_WARN ? filter_hear(format, args) : 0;
}

static int filter_hear_libxdp(enum libxdp_print_level level, const char *format, va_list args)
{
	return level == LIBXDP_WARN ? filter_hear(format, args) : 0;
}

static void filter_listen(void)
{
	libbpf_set_print(filter_hear_libbpf);
	libxdp_set_print(filter_hear_libxdp);
	filter_words[0] = '\0';
	filter_words_are_kernels = false;
}

/* ": WORDS", or nothing if nothing was heard. */
static const char *filter_heard(void)
{
	static char text[sizeof(filter_words) + 16];

	snprintf(text, sizeof(text), *filter_words ? "; %s: %s" : "",
		 filter_words_are_kernels ? "the kernel says" : "in detail", filter_words);
	return text;
}

static const char *filter_name(unsigned int ifindex, char name[IF_NAMESIZE])
{
	if (!if_indextoname(ifindex, name))
		snprintf(name, IF_NAMESIZE, "#%u", ifindex);
	return name;
}

static bool filter_is_ours(const struct xdp_program *program, uint32_t table, uint32_t id,
			   uint64_t *loaded)
{
	__u32 maps[FILTER_MAPS_MAX], size = sizeof(struct bpf_prog_info);
	struct bpf_prog_info info = {
		.nr_map_ids = FILTER_MAPS_MAX,
		.map_ids = (uintptr_t)maps,
	};

	if (bpf_obj_get_info_by_fd(xdp_program__fd(program), &info, &size))
		return false;
	*loaded = info.load_time;
	if (id)
		return info.id == id;
	if (!table || strcmp(xdp_program__name(program), SOBIG_PROGRAM))
		return false;
	for (__u32 i = 0; i < info.nr_map_ids && i < FILTER_MAPS_MAX; i++)
		if (maps[i] == table)
			return true;
	return false;
}

/* All XDP programs of an interface, seen once. */
struct filter_scan {
	struct xdp_multiprog *all;
	struct xdp_program *ours; /* belongs to `all` */
	struct xdp_program
		*alone; /* it or another, attached without a dispatcher; belongs to `all` */
	uint64_t loaded;
	enum xdp_attach_mode mode;
};

static void filter_scan_close(struct filter_scan *scan)
{
	if (scan->all)
		xdp_multiprog__close(scan->all);
}

static int filter_scan(unsigned int ifindex, const char *pins, uint32_t id, struct filter_scan *out)
{
	struct filter_scan scan = { 0 };
	struct xdp_program *program = NULL;
	uint32_t table = maps_table_id(pins);
	long err;

	scan.all = xdp_multiprog__get_from_ifindex(ifindex);
	err = libxdp_get_error(scan.all);
	if (err == -ENOENT || (!scan.all && !err)) {
		*out = (struct filter_scan){ 0 };
		return 0;
	}
	if (err)
		return err;
	scan.mode = xdp_multiprog__attach_mode(scan.all);
	if (xdp_multiprog__is_legacy(scan.all)) {
		scan.alone = xdp_multiprog__main_prog(scan.all);
		if (filter_is_ours(scan.alone, table, id, &scan.loaded))
			scan.ours = scan.alone;
	} else {
		while (!scan.ours && (program = xdp_multiprog__next_prog(program, scan.all)))
			if (filter_is_ours(program, table, id, &scan.loaded))
				scan.ours = program;
	}
	*out = scan;
	return 0;
}

static void filter_describe(const struct filter_scan *scan, struct filter_info *out)
{
	out->id = xdp_program__id(scan->ours);
	out->mode = scan->mode == XDP_MODE_SKB ? FILTER_GENERIC : FILTER_NATIVE;
	out->loaded = scan->loaded;
}

int filter_find(unsigned int ifindex, const char *pins, uint32_t id, struct filter_info *out)
{
	struct filter_scan scan;
	int err;

	filter_listen();
	err = filter_scan(ifindex, pins, id, &scan);
	if (err)
		return err;
	if (scan.ours)
		filter_describe(&scan, out);
	else
		err = -ENOENT;
	filter_scan_close(&scan);
	return err;
}

/* Opens the program with its settings, not yet loaded: libxdp decides as what type it is loaded. */
static int filter_open(unsigned int ifindex, const struct filter_options *options,
		       const struct ticks *ticks, struct sobig_bpf **out)
{
	struct sobig_bpf *skeleton;
	uint64_t salts[2];
	int err;

	if (getrandom(salts, sizeof(salts), 0) != sizeof(salts))
		return -EIO;
	skeleton = sobig_bpf__open();
	if (!skeleton)
		return -errno;
	for (int i = 0; i < SOBIG_PORTS_MAX; i++)
		skeleton->rodata->ports[i] = htons(options->ports[i]);
	skeleton->rodata->dry_run = options->dry_run;
	skeleton->rodata->scope_port = options->scope_port;
	skeleton->rodata->rate_step = options->rate_step;
	skeleton->rodata->rate_burst =
		options->rate_burst ? (options->rate_burst - 1) * options->rate_step : 0;
	for (int i = 0; i < 2; i++)
		skeleton->rodata->rate_salts[i] = salts[i] | 1;
	skeleton->rodata->tick_zero = ticks->zero;
	skeleton->rodata->tick_scale = ticks->scale;
	/* libxdp asks for the flag before libbpf, which knows it by the section, has set it. */
	bpf_program__set_flags(skeleton->progs.sobig_xdp, BPF_F_XDP_HAS_FRAGS);
	err = maps_prepare(skeleton, ifindex, options->pins, options->blocks,
			   options->rate_step != 0);
	if (err)
		sobig_bpf__destroy(skeleton);
	else
		*out = skeleton;
	return err;
}

/* Puts a program into the place of ours where no dispatcher stands between, in one step. */
static int filter_replace(struct sobig_bpf *skeleton, unsigned int ifindex,
			  const struct filter_scan *scan)
{
	DECLARE_LIBBPF_OPTS(bpf_xdp_attach_opts, replace,
			    .old_prog_fd = xdp_program__fd(scan->alone));
	__u32 flags = scan->mode == XDP_MODE_SKB ? XDP_FLAGS_SKB_MODE : XDP_FLAGS_DRV_MODE;
	int err = sobig_bpf__load(skeleton);

	if (err)
		return err;
	return bpf_xdp_attach(ifindex, bpf_program__fd(skeleton->progs.sobig_xdp),
			      flags | XDP_FLAGS_REPLACE, &replace);
}

static int filter_add(struct sobig_bpf *skeleton, unsigned int ifindex, enum xdp_attach_mode mode)
{
	DECLARE_LIBXDP_OPTS(xdp_program_opts, options, .obj = skeleton->obj,
			    .prog_name = SOBIG_PROGRAM);
	struct xdp_program *program = xdp_program__create(&options);
	int err = libxdp_get_error(program);

	if (err)
		return err;
	err = xdp_program__attach(program, ifindex, mode, 0);
	xdp_program__close(program);
	return err;
}

/* One try in one mode, with what was there before taken away only when ours is in place. */
static int filter_try(unsigned int ifindex, const struct filter_options *options,
		      const struct ticks *ticks, const struct filter_scan *before,
		      enum xdp_attach_mode mode)
{
	struct sobig_bpf *skeleton = NULL;
	int err;

	err = filter_open(ifindex, options, ticks, &skeleton);
	if (err)
		return err;
	if (before->ours && before->ours == before->alone) {
		err = filter_replace(skeleton, ifindex, before);
	} else {
		err = filter_add(skeleton, ifindex, mode);
		if (!err && before->ours)
			err = xdp_program__detach(before->ours, ifindex, before->mode, 0);
	}
	sobig_bpf__destroy(skeleton);
	return err;
}

static void filter_report_failure(const char *name, const struct filter_options *options, int err)
{
	if (err == -EINVAL || err == -ENOTSUP)
		log_error("cannot attach to %s in %s mode: %s%s; "
			  "if the pins in %s are another version's: sobig-xdp detach --all",
			  name, filter_mode_name(options->mode), strerror(-err), filter_heard(),
			  options->pins);
	else if (err != -EPERM && err != -EEXIST)
		log_error("cannot attach to %s in %s mode: %s%s", name,
			  filter_mode_name(options->mode), strerror(-err), filter_heard());
}

/* In what mode to attach. One that the operator asked for wins over that of a program of ours. */
static int filter_choose_mode(unsigned int ifindex, const struct filter_options *options,
			      struct filter_scan *before, enum xdp_attach_mode *out)
{
	char name[IF_NAMESIZE];
	enum xdp_attach_mode wanted = options->mode == FILTER_GENERIC ? XDP_MODE_SKB
								      : XDP_MODE_NATIVE;
	int err;

	*out = wanted;
	if (!before->all)
		return 0;
	if (options->mode == FILTER_AUTO || before->mode == wanted) {
		*out = before->mode;
		return 0;
	}
	if (!before->ours)
		return 0;
	log_notice("%s changes from one mode to another: its filter is off for a moment",
		   filter_name(ifindex, name));
	err = xdp_program__detach(before->ours, ifindex, before->mode, 0);
	if (err)
		return err;
	filter_scan_close(before);
	return filter_scan(ifindex, options->pins, 0, before);
}

void filter_report_others(unsigned int ifindex, const char *pins)
{
	struct filter_scan scan;
	char name[IF_NAMESIZE];

	filter_listen();
	if (filter_scan(ifindex, pins, 0, &scan))
		return;
	filter_name(ifindex, name);
	if (scan.alone && !scan.ours) {
		const char *program = xdp_program__name(scan.alone);

		log_error("%s carries the XDP program \"%s\" (id %u), which is not ours and was "
			  "left alone%s; to look at it: bpftool prog show id %u; to remove it: "
			  "ip "
			  "link set dev %s xdp%s off",
			  name, program, xdp_program__id(scan.alone),
			  strcmp(program, SOBIG_PROGRAM)
				  ? ""
				  : " (it is a sobig-xdp's, but uses other pins than these)",
			  xdp_program__id(scan.alone), name,
			  scan.mode == XDP_MODE_SKB ? "generic" : "");
	}
	filter_scan_close(&scan);
}

int filter_prepare(unsigned int ifindex, const struct filter_options *options)
{
	const bool there = maps_table_id(options->pins);
	struct sobig_bpf *skeleton = NULL;
	char name[IF_NAMESIZE];
	struct ticks ticks;
	int err;

	filter_listen();
	err = ticks_read(&ticks);
	if (!err)
		err = filter_open(ifindex, options, &ticks, &skeleton);
	if (!err)
		err = bpf_program__set_autoload(skeleton->progs.sobig_xdp, false);
	if (!err)
		err = sobig_bpf__load(skeleton);
	/* No program is loaded here, so that nothing else can be wrong. */
	if (err == -EINVAL && there)
		err = -ESTALE;
	else if (err)
		filter_report_failure(filter_name(ifindex, name), options, err);
	sobig_bpf__destroy(skeleton);
	return err ? err : !there;
}

int filter_attach(unsigned int ifindex, const struct filter_options *options,
		  struct filter_info *out)
{
	struct filter_scan before = { 0 };
	enum xdp_attach_mode mode;
	char name[IF_NAMESIZE];
	struct ticks ticks;
	int err;

	filter_listen();
	filter_name(ifindex, name);
	err = filter_scan(ifindex, options->pins, 0, &before);
	if (err)
		goto out;
	if (before.alone && !before.ours) {
		filter_report_others(ifindex, options->pins);
		err = -EBUSY;
		goto out;
	}
	err = ticks_read(&ticks);
	if (!err)
		err = filter_choose_mode(ifindex, options, &before, &mode);
	if (err) {
		filter_report_failure(name, options, err);
		goto out;
	}
	err = filter_try(ifindex, options, &ticks, &before, mode);
	if (err && err != -EPERM && err != -EEXIST && options->mode == FILTER_AUTO && !before.all) {
		log_warning("%s cannot take the filter in native mode (%s%s): trying generic mode, "
			    "which is slower",
			    name, strerror(-err), filter_heard());
		filter_listen();
		err = filter_try(ifindex, options, &ticks, &before, XDP_MODE_SKB);
	}
	if (!err)
		err = filter_find(ifindex, options->pins, 0, out);
	if (err)
		filter_report_failure(name, options, err);
out:
	filter_scan_close(&before);
	return err;
}

int filter_detach(unsigned int ifindex, const char *pins, uint32_t id)
{
	struct filter_scan scan;
	char name[IF_NAMESIZE];
	int err;

	filter_listen();
	err = filter_scan(ifindex, pins, id, &scan);
	if (err)
		return err == -ENODEV ? -ENOENT : err;
	if (!scan.ours) {
		err = -ENOENT;
		goto out;
	}
	err = xdp_program__detach(scan.ours, ifindex, scan.mode, 0);
	if (err && err != -EPERM)
		log_error("cannot take the filter off %s: %s%s; by hand: ip link set dev %s "
			  "xdp%s off",
			  filter_name(ifindex, name), strerror(-err), filter_heard(), name,
			  scan.mode == XDP_MODE_SKB ? "generic" : "");
out:
	filter_scan_close(&scan);
	return err;
}
