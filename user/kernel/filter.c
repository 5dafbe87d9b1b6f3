// SPDX-License-Identifier: GPL-2.0-only
/* Loads, attaches, finds and detaches the XDP program of an interface. */
#include "kernel/filter.h"

#include <errno.h>
#include <net/if.h>
#include <stdio.h>
#include <string.h>

#include "common/log.h"
#include "kernel/loader.h"
#include "kernel/look.h"
#include "kernel/maps.h"
#include "kernel/ticks.h"

const char *filter_mode_name(enum filter_mode mode)
{
	return mode == FILTER_GENERIC ? "generic" : mode == FILTER_NATIVE ? "native" : "auto";
}

static const char *filter_name(unsigned int ifindex, char name[IF_NAMESIZE])
{
	if (!if_indextoname(ifindex, name))
		snprintf(name, IF_NAMESIZE, "#%u", ifindex);
	return name;
}

static void filter_describe(const struct look *look, struct filter_info *out)
{
	out->id = look->ours;
	out->mode = look->generic ? FILTER_GENERIC : FILTER_NATIVE;
	out->loaded = look->loaded;
}

int filter_find(unsigned int ifindex, const char *pins, uint32_t id, struct filter_info *out)
{
	struct look look;
	int err = look_at(ifindex, pins, id, &look);

	if (err)
		return err == -ENOENT ? -EIO : err;
	if (!look.ours)
		return -ENOENT;
	filter_describe(&look, out);
	return 0;
}

static void filter_report_failure(const char *name, const struct filter_options *options, int err)
{
	char heard[LOADER_HEARD_SIZE];

	loader_heard(heard);
	if (err == -EINVAL || err == -ENOTSUP)
		log_error(
			"cannot attach to %s in %s mode: %s%s; if the maps in %s belong to another version: sobig-xdp detach --all",
			name, filter_mode_name(options->mode), strerror(-err), heard,
			options->pins);
	else if (err != -EPERM && err != -EEXIST)
		log_error("cannot attach to %s in %s mode: %s%s", name,
			  filter_mode_name(options->mode), strerror(-err), heard);
}

/*
 * The mode in which to attach. The operator's choice has priority over the mode of a program of
 * ours.
 */
static int filter_choose_mode(unsigned int ifindex, const struct filter_options *options,
			      struct look *before, enum filter_mode *out)
{
	enum filter_mode is = before->generic ? FILTER_GENERIC : FILTER_NATIVE;
	char name[IF_NAMESIZE];
	int err;

	*out = options->mode == FILTER_GENERIC ? FILTER_GENERIC : FILTER_NATIVE;
	if (!before->main)
		return 0;
	if (options->mode == FILTER_AUTO || is == *out) {
		*out = is;
		return 0;
	}
	if (!before->ours)
		return 0;
	log_notice("%s: changing the attach mode; the filter is detached for a moment",
		   filter_name(ifindex, name));
	err = loader_detach(ifindex, before);
	return err ? err : look_at(ifindex, options->pins, 0, before);
}

/* A program of another owner that does not allow others next to it. */
static bool filter_is_barred(const struct look *look)
{
	return look->main && !look->ours && !look->dispatcher;
}

bool filter_report_others(unsigned int ifindex, const char *pins)
{
	char name[IF_NAMESIZE];
	struct look look;

	if (look_at(ifindex, pins, 0, &look) || !filter_is_barred(&look))
		return false;
	filter_name(ifindex, name);
	log_error(
		"%s already has the XDP program \"%s\" (id %u), which sobig-xdp did not attach and does not change%s; to inspect it: bpftool prog show id %u; to remove it: ip link set dev %s xdp%s off",
		name, look.name, look.main,
		strcmp(look.name, SOBIG_PROGRAM)
			? ""
			: " (it is a sobig-xdp program that uses other pins)",
		look.main, name, look.generic ? "generic" : "");
	return true;
}

int filter_prepare(unsigned int ifindex, const struct filter_options *options)
{
	char name[IF_NAMESIZE];
	struct ticks ticks;
	uint32_t table;
	bool there;
	int err;

	loader_listen();
	err = maps_table_id(options->pins, &table);
	there = !err;
	if (!err || err == -ENOENT)
		err = ticks_read(&ticks);
	if (!err)
		err = loader_prepare(ifindex, options, &ticks);
	/* No program is loaded here, so there are no other errors. */
	if (err == -EINVAL && there)
		err = -ESTALE;
	else if (err)
		filter_report_failure(filter_name(ifindex, name), options, err);
	return err ? err : !there;
}

int filter_attach(unsigned int ifindex, const struct filter_options *options,
		  struct filter_info *out)
{
	char name[IF_NAMESIZE], heard[LOADER_HEARD_SIZE];
	enum filter_mode mode;
	struct ticks ticks;
	struct look before;
	int err;

	loader_listen();
	filter_name(ifindex, name);
	err = look_at(ifindex, options->pins, 0, &before);
	if (err) {
		if (err != -EPERM)
			log_error(
				"cannot read which XDP program is attached to %s, so nothing was attached: %s",
				name, strerror(-err));
		return err;
	}
	if (filter_is_barred(&before)) {
		filter_report_others(ifindex, options->pins);
		return -EBUSY;
	}
	err = ticks_read(&ticks);
	if (!err)
		err = filter_choose_mode(ifindex, options, &before, &mode);
	if (!err)
		err = loader_attach(ifindex, options, &ticks, &before, mode);
	if (err && err != -EPERM && err != -EEXIST && options->mode == FILTER_AUTO &&
	    !before.main) {
		log_warning(
			"cannot attach to %s in native mode (%s%s): trying generic mode, which is slower",
			name, strerror(-err), loader_heard(heard));
		loader_listen();
		err = loader_attach(ifindex, options, &ticks, &before, FILTER_GENERIC);
	}
	if (!err)
		err = filter_find(ifindex, options->pins, 0, out);
	if (err)
		filter_report_failure(name, options, err);
	return err;
}

int filter_detach(unsigned int ifindex, const char *pins, uint32_t id)
{
	char name[IF_NAMESIZE], heard[LOADER_HEARD_SIZE];
	struct look look;
	int err;

	loader_listen();
	err = look_at(ifindex, pins, id, &look);
	if (err == -ENODEV || (!err && !look.ours))
		return -ENOENT;
	if (err) {
		if (err != -EPERM)
			log_error(
				"cannot check whether the filter is attached to %s, so it was not detached: %s; to detach any XDP program: ip link set dev %s xdp off",
				filter_name(ifindex, name), strerror(-err), name);
		return err;
	}
	err = loader_detach(ifindex, &look);
	if (err && err != -EPERM)
		log_error(
			"cannot detach the filter from %s: %s%s; try: ip link set dev %s xdp%s off",
			filter_name(ifindex, name), strerror(-err), loader_heard(heard), name,
			look.generic ? "generic" : "");
	return err;
}
