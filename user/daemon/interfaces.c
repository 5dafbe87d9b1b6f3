// SPDX-License-Identifier: GPL-2.0-only
/* Claims, attaches, checks and releases the daemon's interfaces. */
#include "daemon/interfaces.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "common/log.h"
#include "common/output.h"
#include "daemon/restore.h"
#include "kernel/links.h"
#include "kernel/maps.h"
#include "kernel/port_bits.h"
#include "kernel/start_note.h"
#include "kernel/stats.h"

#define INTERFACES_PORTS_SIZE 64

static int interfaces_detach(struct daemon *daemon, struct daemon_interface *interface)
{
	const char *pins = daemon->filter.pins;
	int err = 0, lock = -1;

	pins_lock(pins, &lock);
	if (interface->program) {
		err = filter_detach(interface->index, pins, interface->program);
		if (!err)
			log_notice("%s: filter detached", interface->name);
		daemon_event(daemon, "detach",
			     json_pack("{s:o}", "interface", output_text(interface->name)));
	}
	if (err == -ENOENT)
		err = 0;
	if (!err) {
		err = pins_claim_is_valid(pins, interface->index, interface->claim);
		if (err > 0)
			err = pins_remove(pins, interface->index);
		else if (err)
			log_error(
				"%s: cannot check whether this daemon still owns its pins; they were left in %s: %s",
				interface->name, pins, strerror(-err));
	}
	if (lock >= 0)
		close(lock);
	return err;
}

int interfaces_release(struct daemon *daemon, struct daemon_interface *interface, bool persist)
{
	int err = 0;

	if (interface->claim < 0)
		return 0;
	if (persist)
		start_note_remove(daemon->filter.pins, interface->index);
	else
		err = interfaces_detach(daemon, interface);
	stats_close(interface->stats);
	interface->stats = NULL;
	close(interface->claim);
	interface->claim = -1;
	return err;
}

/* Detached by sobig-xdp detach, which is normal, or by another program, which is an error. */
static void interfaces_was_detached(struct daemon *daemon, struct daemon_interface *interface,
				    int *result)
{
	int lock = -1, claimed;

	/* A running detach may not have removed the pins yet. */
	pins_lock(daemon->filter.pins, &lock);
	claimed = pins_claim_is_valid(daemon->filter.pins, interface->index, interface->claim);
	if (lock >= 0)
		close(lock);
	if (!claimed) {
		log_notice("%s: the filter was detached by sobig-xdp detach", interface->name);
		restore_run(daemon, interface->name, DB_RUN_DETACHED);
		return;
	}
	log_error(
		"%s: the filter was detached by another program: mail is not protected; to attach it again: sobig-xdp attach %s",
		interface->name, interface->name);
	restore_run(daemon, interface->name, DB_RUN_REMOVED);
	*result = -EIO;
}

/* Like filter_find(). A deleted interface first loses its program and disappears a moment later. */
static int interfaces_look(const struct daemon *daemon, const struct daemon_interface *interface)
{
	const struct timespec moment = { 0, 200000000 };
	struct filter_info info;
	int err;

	err = filter_find(interface->index, daemon->filter.pins, interface->program, &info);
	if (err != -ENOENT)
		return err;
	nanosleep(&moment, NULL);
	return filter_find(interface->index, daemon->filter.pins, interface->program, &info);
}

/* Before the filter is attached: releases an interface whose claim was removed by a detach. */
static bool interfaces_is_dropped(struct daemon *daemon, struct daemon_interface *interface)
{
	if (pins_claim_is_valid(daemon->filter.pins, interface->index, interface->claim))
		return false;
	log_notice("%s: stopped by sobig-xdp detach before the filter was attached",
		   interface->name);
	restore_run(daemon, interface->name, DB_RUN_DETACHED);
	return true;
}

/* A failed check is logged once and does not release the interface. */
static void interfaces_note_look(struct daemon_interface *interface, int error)
{
	if (error == interface->unseen)
		return;
	if (error)
		log_error(
			"%s: cannot check whether the filter is attached: %s; the daemon continues and checks again every second",
			interface->name, strerror(error));
	else
		log_notice("%s: the filter is attached; it can be checked again", interface->name);
	interface->unseen = error;
}

bool interfaces_needs_recheck(const struct daemon *daemon)
{
	for (int i = 0; i < daemon->interfaces_count; i++)
		if (daemon->interfaces[i].claim >= 0 && daemon->interfaces[i].unseen)
			return true;
	return false;
}

int interfaces_check(struct daemon *daemon, int *result)
{
	int left = 0;

	for (int i = 0; i < daemon->interfaces_count; i++) {
		struct daemon_interface *interface = &daemon->interfaces[i];
		const char *name = interface->name;
		int err;

		if (interface->claim < 0)
			continue;
		if (!interface->program) {
			if (interfaces_is_dropped(daemon, interface))
				interfaces_release(daemon, interface, true);
			else
				left++;
			continue;
		}
		err = interfaces_look(daemon, interface);
		if (err == -ENOENT) {
			interfaces_was_detached(daemon, interface, result);
		} else if (err == -ENODEV) {
			log_error(
				"%s was deleted, or was moved to another network namespace, where \"ip link set dev %s xdp off\" detaches the filter; when it is back: sobig-xdp attach %s",
				name, name, name);
			restore_run(daemon, name, DB_RUN_GONE);
			*result = -EIO;
		} else {
			interfaces_note_look(interface, -err);
			left++;
			continue;
		}
		interfaces_release(daemon, interface, false);
	}
	return left;
}

/* Claims an interface for this process without changing it. */
static int interfaces_claim_one(struct daemon *daemon, const char *name)
{
	struct daemon_interface *interface = &daemon->interfaces[daemon->interfaces_count];
	struct sobig_start start;
	struct filter_info info;
	int err;

	interface->index = links_index(name);
	if (!interface->index)
		return -ENODEV;
	if (!links_is_ethernet(interface->index)) {
		log_error(
			"%s is not an Ethernet interface: the filter cannot parse its packets; attach to the Ethernet interface on which they arrive",
			name);
		return -ENOTSUP;
	}
	err = filter_find(interface->index, daemon->filter.pins, 0, &info);
	interface->inherited = !err;
	if (err && err != -ENOENT) {
		if (err != -EPERM)
			log_error("cannot read which XDP program is attached to %s: %s", name,
				  strerror(-err));
		return err;
	}
	if (err && filter_report_others(interface->index, daemon->filter.pins))
		return -EBUSY;
	err = pins_claim(daemon->filter.pins, interface->index, &interface->claim);
	if (err == -EBUSY && !start_note_read(daemon->filter.pins, interface->index, &start))
		log_error("%s: another attach is starting; see: sobig-xdp status", name);
	else if (err == -EBUSY)
		log_error(
			"%s is already filtered by another sobig-xdp daemon; see: sobig-xdp status",
			name);
	if (err)
		return err;
	snprintf(interface->name, sizeof(interface->name), "%s", name);
	daemon->interfaces_count++;
	return 0;
}

/* "25, 465" */
static const char *interfaces_ports(const struct daemon *daemon, char text[INTERFACES_PORTS_SIZE])
{
	size_t used = 0;

	for (int i = 0; i < SOBIG_PORTS_MAX && daemon->filter.ports[i]; i++)
		used += snprintf(text + used, INTERFACES_PORTS_SIZE - used, "%s%u", i ? ", " : "",
				 daemon->filter.ports[i]);
	return text;
}

static int interfaces_attach(struct daemon *daemon, struct daemon_interface *interface)
{
	char ports[INTERFACES_PORTS_SIZE];
	struct filter_info info;
	int err = filter_attach(interface->index, &daemon->filter, &info);

	if (err)
		return err;
	interface->program = info.id;
	if (interface->inherited)
		log_notice("%s: took over the filter and the blocks of a previous daemon",
			   interface->name);
	if (!interface->stats)
		err = stats_open(daemon->filter.pins, interface->index, &interface->stats);
	if (err) {
		log_error("%s: cannot open the new maps: %s", interface->name, strerror(-err));
		return err;
	}
	log_notice("%s: filter attached in %s mode to port %s%s", interface->name,
		   filter_mode_name(info.mode), interfaces_ports(daemon, ports),
		   daemon->filter.dry_run ? "; dry run: nothing is dropped" : "");
	if (!links_is_up(interface->index))
		log_warning("%s is down: the filter starts to work when it is up", interface->name);
	daemon_event(daemon, "attach",
		     json_pack("{s:o, s:s, s:i}", "interface", output_text(interface->name), "mode",
			       filter_mode_name(info.mode), "program", (int)info.id));
	return 0;
}

static bool interfaces_is_ours(const struct daemon *daemon, unsigned int index)
{
	for (int i = 0; i < daemon->interfaces_count; i++)
		if (daemon->interfaces[i].index == index && daemon->interfaces[i].claim >= 0)
			return true;
	return false;
}

/* The ports of the filters of other daemons that use the same tables. */
static void interfaces_other_ports(const struct daemon *daemon, struct sobig_port_bits *out)
{
	unsigned int there[PINS_INTERFACES_MAX];
	int count = pins_interfaces(daemon->filter.pins, there), used = 0;
	struct sobig_stats stats;
	struct stats *open;

	memset(out, 0, sizeof(*out));
	for (int i = 0; i < count; i++) {
		if (interfaces_is_ours(daemon, there[i]) ||
		    stats_open(daemon->filter.pins, there[i], &open))
			continue;
		if (!stats_read(open, &stats))
			for (int j = 0; j < SOBIG_PORTS_MAX && stats.ports[j]; j++)
				if (used < SOBIG_PORTS_MAX && !port_bits_of(out, stats.ports[j]))
					out->ports[used++] = stats.ports[j];
		stats_close(open);
	}
}

/* The caller holds the lock of the pins. 0 or -errno (logged). */
static int interfaces_assign_ports(struct daemon *daemon)
{
	struct filter_options *filter = &daemon->filter;
	struct sobig_port_bits others;
	int err;

	interfaces_other_ports(daemon, &others);
	blocks_share_lock(daemon->blocks, true);
	err = blocks_give_bits(daemon->blocks, filter->ports, &others, filter->bits);
	blocks_share_lock(daemon->blocks, false);
	if (err == -ENOSPC)
		log_error(
			"cannot protect these ports: together with those of the other interfaces in %s, there are more than %d; use fewer ports, or other pins (--pins)",
			filter->pins, SOBIG_PORTS_MAX);
	else if (err)
		log_error("cannot write the new maps: %s", strerror(-err));
	return err;
}

/*
 * Fills the tables from the state if they are new; existing tables are more recent than the disk.
 */
static int interfaces_fill(struct daemon *daemon)
{
	const struct daemon_interface *first = daemon->interfaces;
	int fresh, err;

	while (first->claim < 0)
		first++;
	fresh = filter_prepare(first->index, &daemon->filter);
	if (fresh < 0)
		return fresh;
	err = blocks_open(daemon->filter.pins, &daemon->blocks);
	if (err) {
		log_error("cannot open the new maps: %s", strerror(-err));
		return err;
	}
	err = interfaces_assign_ports(daemon);
	blocks_share_lock(daemon->blocks, true);
	if (!err)
		err = blocks_take_over(daemon->blocks);
	if (!err && fresh)
		restore_restore(daemon);
	blocks_share_lock(daemon->blocks, false);
	return err;
}

static int interfaces_lock(const struct daemon *daemon, int *lock)
{
	int err = pins_lock(daemon->filter.pins, lock);

	if (err)
		log_error(
			"cannot lock %s: %s; if another sobig-xdp is changing it, try again later",
			daemon->filter.pins, strerror(-err));
	return err;
}

static int interfaces_attach_all(struct daemon *daemon)
{
	int err = 0;

	for (int i = 0; i < daemon->interfaces_count && !err; i++)
		if (daemon->interfaces[i].claim >= 0)
			err = interfaces_attach(daemon, &daemon->interfaces[i]);
	return err;
}

/* Takes over the pins of a previous version if their layout allows. 0 or -errno (logged). */
static int interfaces_upgrade(struct daemon *daemon)
{
	const char *pins = daemon->filter.pins;
	int err = maps_upgrade(pins);

	for (int i = 0; i < daemon->interfaces_count && !err; i++)
		err = stats_upgrade(pins, daemon->interfaces[i].index);
	if (err)
		log_error(
			"cannot upgrade the maps in %s: %s; to start with new ones: sobig-xdp detach --all",
			pins, strerror(-err));
	return err;
}

int interfaces_claim(struct daemon *daemon, char **names, int count)
{
	const char *pins = daemon->filter.pins;
	int lock, err;

	/* A name that does not exist leaves no folder. */
	for (int i = 0; i < count; i++)
		if (!links_index(names[i]))
			return -ENODEV;
	err = pins_prepare(pins);
	if (!err)
		err = interfaces_lock(daemon, &lock);
	if (err)
		return err;
	for (int i = 0; i < count && !err; i++)
		err = interfaces_claim_one(daemon, names[i]);
	if (err)
		pins_remove_if_unused(pins);
	close(lock);
	return err;
}

static int interfaces_try(struct daemon *daemon)
{
	const char *pins = daemon->filter.pins;
	int result = 0, lock, err;

	/* A detach may have removed the folder that the lock is on. */
	err = interfaces_check(daemon, &result) ? interfaces_lock(daemon, &lock) : -ECANCELED;
	if (err)
		return err;
	if (!interfaces_check(daemon, &result))
		err = -ECANCELED;
	if (!err)
		err = interfaces_upgrade(daemon);
	if (!err)
		err = interfaces_fill(daemon);
	if (!err)
		err = interfaces_attach_all(daemon);
	if (err)
		pins_remove_if_unused(pins);
	close(lock);
	return err;
}

/*
 * Removes tables of another version if no other daemon uses them; the state has their blocks. 0 or
 * -errno (logged), such as -ESTALE.
 */
static int interfaces_clear(struct daemon *daemon)
{
	const char *pins = daemon->filter.pins;
	unsigned int there[PINS_INTERFACES_MAX];
	int count = pins_interfaces(pins, there), err;

	if (count < 0) {
		log_error("the maps in %s belong to another version and cannot be read: %s", pins,
			  strerror(-count));
		return -ESTALE;
	}
	if (count != daemon->interfaces_count) {
		log_error(
			"the maps in %s belong to another version and are in use for other interfaces; to create new ones: sobig-xdp detach --all",
			pins);
		return -ESTALE;
	}
	log_warning(
		"the maps in %s belong to another version; creating new ones and restoring the blocks that are in the history",
		pins);
	for (int i = 0; i < daemon->interfaces_count; i++) {
		struct daemon_interface *interface = &daemon->interfaces[i];

		err = filter_detach(interface->index, pins, 0);
		if (!err || err == -ENOENT)
			err = pins_remove(pins, interface->index);
		if (err)
			return err;
		close(interface->claim);
		interface->claim = -1;
	}
	return 0;
}

/* Claims the interfaces again after interfaces_clear() has removed their folders. */
static int interfaces_claim_again(struct daemon *daemon)
{
	const int count = daemon->interfaces_count;
	char texts[PINS_INTERFACES_MAX][IF_NAMESIZE];
	char *names[PINS_INTERFACES_MAX];

	for (int i = 0; i < count; i++) {
		names[i] = texts[i];
		memcpy(texts[i], daemon->interfaces[i].name, sizeof(texts[i]));
	}
	daemon->interfaces_count = 0;
	return interfaces_claim(daemon, names, count);
}

int interfaces_take(struct daemon *daemon)
{
	int err = interfaces_try(daemon);

	if (err != -ESTALE)
		return err;
	err = interfaces_clear(daemon);
	if (!err)
		err = interfaces_claim_again(daemon);
	return err ? err : interfaces_try(daemon);
}

int interfaces_renew(struct daemon *daemon)
{
	int lock, err = interfaces_lock(daemon, &lock);

	if (err)
		return err;
	for (int i = 0; i < daemon->interfaces_count; i++)
		daemon->interfaces[i].inherited = false;
	err = interfaces_assign_ports(daemon);
	if (!err)
		err = interfaces_attach_all(daemon);
	close(lock);
	return err;
}
