// SPDX-License-Identifier: GPL-2.0-only
/* sobig-xdp detach: detaches the filter from interfaces, with or without a running daemon. */
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "cli/absence.h"
#include "cli/cli.h"
#include "cli/history.h"
#include "cli/home.h"
#include "common/log.h"
#include "common/output.h"
#include "kernel/filter.h"
#include "kernel/links.h"
#include "kernel/pins.h"
#include "kernel/stats.h"

enum detach_result {
	DETACH_ABSENT,	 /* there was no filter */
	DETACH_DETACHED, /* our program was attached */
	DETACH_ENDED,	 /* an attach had not attached its filter yet */
};

/* True if the interface has no statistics: a daemon that has its claim has not attached yet. */
static bool detach_is_starting(const struct cli_common *common, unsigned int ifindex)
{
	struct stats *stats;
	int err = stats_open(common->pins, ifindex, &stats);

	if (!err)
		stats_close(stats);
	return err == -ENOENT;
}

/* A daemon that has not attached yet ends when its claim is removed with the pins. */
static int detach_one(const struct cli_common *common, unsigned int ifindex,
		      enum detach_result *result)
{
	int err = filter_detach(ifindex, common->pins, 0);
	char name[IF_NAMESIZE];
	int used;

	*result = err ? DETACH_ABSENT : DETACH_DETACHED;
	if (err && err != -ENOENT)
		return err;
	used = err ? pins_is_claimed(common->pins, ifindex) : 0;
	if (used < 0) {
		log_error("cannot find out whether a daemon uses %s, so its pins stay in %s: %s",
			  links_name(ifindex, name), common->pins, strerror(-used));
		return used;
	}
	if (used && detach_is_starting(common, ifindex))
		*result = DETACH_ENDED;
	else if (used) {
		log_error(
			"a daemon uses %s, but its filter is not visible here; run this command in the network namespace of the daemon",
			links_name(ifindex, name));
		return -EXDEV;
	}
	return pins_remove(common->pins, ifindex);
}

/* All interfaces share the blocks: they stay active while one interface is attached. */
static int detach_check_forget(const struct cli_common *common, const unsigned int *interfaces,
			       int count)
{
	unsigned int there[PINS_INTERFACES_MAX];
	int there_count = pins_interfaces(common->pins, there);
	char name[IF_NAMESIZE];

	for (int i = 0; i < there_count; i++) {
		int at = 0;

		while (at < count && interfaces[at] != there[i])
			at++;
		if (at < count)
			continue;
		log_error(
			"%s uses the same blocks and stays attached; use detach --all --forget, or unblock --all",
			links_name(there[i], name));
		return -EBUSY;
	}
	return 0;
}

/* Removes all blocks, after the daemons have exited. */
static int detach_forget(const struct cli_common *common, const int watches[PINS_INTERFACES_MAX],
			 int count, uint64_t *unblocked)
{
	int err;

	for (int i = 0; i < count; i++)
		if (!pins_wait(watches[i]))
			log_warning(
				"the daemon is still running: the blocks that it adds from now on are not removed");
	err = history_unblock_all(common, unblocked);
	if (!err && !common->json)
		printf("%llu blocks removed from the state\n", (unsigned long long)*unblocked);
	return err;
}

static void detach_print(const char *name, enum detach_result result)
{
	static const char *const texts[] = {
		[DETACH_ABSENT] = "no filter of sobig-xdp is attached",
		[DETACH_DETACHED] = "detached",
		[DETACH_ENDED] =
			"stopped a daemon that was still starting; its filter was not attached yet",
	};

	printf("%s: %s\n", name, texts[result]);
}

static int detach_list(struct cli_common *common, const unsigned int *interfaces, int count,
		       bool forget)
{
	json_t *document, *names;
	int watches[PINS_INTERFACES_MAX];
	bool done[PINS_INTERFACES_MAX];
	char name[IF_NAMESIZE];
	uint64_t unblocked = 0;
	int err = 0, failed, lock = -1;
	enum detach_result result;

	if (forget && detach_check_forget(common, interfaces, count))
		return CLI_FAILED;
	home_find(common, forget);
	for (int i = 0; forget && i < count; i++)
		watches[i] = pins_watch(common->pins, interfaces[i]);
	document = output_document("detach");
	names = json_array();
	/* An operator in a hurry must not wait for the lock without limit. */
	if (pins_lock(common->pins, &lock) == -EBUSY)
		log_warning("another sobig-xdp holds the lock of %s; continuing without the lock",
			    common->pins);

	for (int i = 0; i < count; i++) {
		failed = detach_one(common, interfaces[i], &result);
		done[i] = !failed;
		links_name(interfaces[i], name);
		if (failed)
			err = failed;
		else if (result != DETACH_ABSENT)
			json_array_append_new(names, output_text(name));
		if (!failed && !common->json)
			detach_print(name, result);
	}
	if (lock >= 0)
		close(lock);
	for (int i = 0; i < count; i++)
		if (done[i])
			history_detached(common, links_name(interfaces[i], name));
	if (forget && detach_forget(common, watches, count, &unblocked))
		err = err ? err : -EIO;
	json_object_set_new(document, "detached", names);
	json_object_set_new(document, "forgotten",
			    forget ? json_integer((json_int_t)unblocked) : json_null());
	if (!common->json)
		json_decref(document);
	else if (cli_print_json(common, document))
		return CLI_FAILED;
	return cli_status(err);
}

static int detach_all(struct cli_common *common, bool forget)
{
	unsigned int interfaces[PINS_INTERFACES_MAX];
	int count = pins_interfaces(common->pins, interfaces);

	if (count == -ENOENT || count == -ENOTBLK)
		count = 0;
	if (count < 0)
		return absence_report(common, count == -EACCES ? -EPERM : count);
	if (!count && !common->json)
		printf("nothing is attached (no interfaces in %s)\n", common->pins);
	return detach_list(common, interfaces, count, forget);
}

struct detach {
	struct cli_common common;
	bool all;
	bool forget;
};

static int detach_run(void *values)
{
	struct detach *detach = values;
	struct cli_common *common = &detach->common;
	unsigned int interfaces[PINS_INTERFACES_MAX];
	struct filter_info info;
	int status;

	if (detach->all == (common->count > 0))
		return cli_usage(common, "expected either interfaces, such as eth0, or --all");
	status = cli_need_privilege();
	if (status)
		return status;
	if (detach->all)
		return detach_all(common, detach->forget);
	for (int i = 0; i < common->count; i++) {
		interfaces[i] = links_index(common->arguments[i]);
		if (!interfaces[i])
			return CLI_FAILED;
		status = filter_find(interfaces[i], common->pins, 0, &info);
		if (status == -ENOENT)
			filter_report_others(interfaces[i], common->pins);
	}
	return detach_list(common, interfaces, common->count, detach->forget);
}

const struct cli_command detach_command = {
	"detach",
	"detach the filter from interfaces",
	.options = {
		{ "all", OPTIONS_FLAG, NULL, offsetof(struct detach, all),
		  "detach from all interfaces" },
		{ "forget", OPTIONS_FLAG, NULL, offsetof(struct detach, forget),
		  "also remove all blocks, so that the next attach restores none" },
		{ NULL, OPTIONS_INTERFACE, "INTERFACE...|--all", .repeats = true,
		  .max = PINS_INTERFACES_MAX },
	},
	.values = &(struct detach){},
	.run = detach_run,
};
