// SPDX-License-Identifier: GPL-2.0-only
/* sobig-xdp attach: composes read, judge and act, and sets the loop going. */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/random.h>
#include <time.h>
#include <unistd.h>

#include "act/links.h"
#include "cli/guard.h"
#include "cli/setup.h"
#include "common/duration.h"
#include "common/log.h"
#include "judge/window.h"
#include "read/locate.h"

enum {
	ATTACH_MODE = CLI_OPTION_OWN,
	ATTACH_LOG,
	ATTACH_PORT,
	ATTACH_BLOCKS,
	ATTACH_DRY_RUN,
	ATTACH_KEEP,
	ATTACH_LIMIT,
	ATTACH_WINDOW,
	ATTACH_FOR,
	ATTACH_HELO_CHECKED,
	ATTACH_JOURNAL,
};

#define ATTACH_PORTS_SIZE 64

struct attach {
	struct guard guard;
	struct setup setup;
	struct attach_rule {
		uint32_t limit, window, block; /* of the rule worm-storm; 0: as configured */
	} rule;
	const char *logs[GUARD_LOGS_MAX];
	int logs_count;
	const char *journals[GUARD_LOGS_MAX];
	int journals_count;
	bool helo_checked;
	const char *config;
	bool ran; /* the start succeeded */
	/* 0: as the configuration has it */
	uint16_t ports[SOBIG_PORTS_MAX];
	uint32_t blocks;
};

static int attach_number(const char *text, unsigned int most, unsigned int *out)
{
	unsigned long number;
	char *end;

	errno = 0;
	number = strtoul(text, &end, 10);
	if (*text < '0' || *text > '9' || *end || errno || number < 1 || number > most)
		return -EINVAL;
	*out = number;
	return 0;
}

static int attach_mode(const char *text, enum filter_mode *out)
{
	const enum filter_mode modes[] = { FILTER_AUTO, FILTER_NATIVE, FILTER_GENERIC };

	for (size_t i = 0; i < sizeof(modes) / sizeof(modes[0]); i++) {
		if (!strcmp(text, filter_mode_name(modes[i]))) {
			*out = modes[i];
			return 0;
		}
	}
	return -EINVAL;
}

/* CLI_DONE, or how to end; for help, *done is set. */
static int attach_option(struct attach *attach, int option, bool *done)
{
	struct cli_common *common = &attach->guard.common;
	int status = CLI_DONE;

	switch (option) {
	case ATTACH_MODE:
		if (attach_mode(optarg, &attach->guard.filter.mode))
			return cli_usage(common, "--mode takes auto, native or generic, not \"%s\"",
					 optarg);
		break;
	case ATTACH_LOG:
	case ATTACH_JOURNAL:
		if (attach->logs_count + attach->journals_count == GUARD_LOGS_MAX)
			return cli_usage(common, "no more than %d logs", GUARD_LOGS_MAX);
		if (option == ATTACH_LOG)
			attach->logs[attach->logs_count++] = optarg;
		else
			attach->journals[attach->journals_count++] = optarg;
		break;
	case ATTACH_PORT:
		if (config_filter_ports(optarg, attach->ports))
			return cli_usage(common,
					 "--port takes up to %d ports, as 25,465, not \"%s\"",
					 SOBIG_PORTS_MAX, optarg);
		break;
	case ATTACH_BLOCKS:
		if (config_filter_blocks(optarg, &attach->blocks))
			return cli_usage(common, "--blocks takes %d to %d, not \"%s\"",
					 CONFIG_FILTER_BLOCKS_MIN, SOBIG_BLOCKS_MOST, optarg);
		break;
	case ATTACH_DRY_RUN:
		attach->guard.filter.dry_run = true;
		break;
	case ATTACH_KEEP:
		attach->guard.keep = true;
		break;
	case ATTACH_LIMIT:
		if (attach_number(optarg, WINDOW_LIMIT_MAX, &attach->rule.limit))
			return cli_usage(common, "--limit takes 1 to %u, not \"%s\"",
					 WINDOW_LIMIT_MAX, optarg);
		break;
	case ATTACH_WINDOW:
		if (duration_parse(optarg, &attach->rule.window) ||
		    attach->rule.window > WINDOW_SECONDS_MAX)
			return cli_usage(common,
					 "--window takes 1s to 7d, as 90s or 5m, not \"%s\"",
					 optarg);
		break;
	case ATTACH_FOR:
		if (duration_parse(optarg, &attach->rule.block))
			return cli_usage(common,
					 "--for takes 1s to 366d, as 90s or 1h30m, not \"%s\"",
					 optarg);
		break;
	case ATTACH_HELO_CHECKED:
		attach->helo_checked = true;
		break;
	case 'c':
		attach->config = optarg;
		break;
	default:
		*done = cli_common_option(common, option, &status);
	}
	return status;
}

static int attach_open_log(struct attach *attach, const char *path)
{
	struct guard *guard = &attach->guard;
	struct guard_log *log = &guard->logs[guard->logs_count];
	int err = source_open_file(path, guard->classes, attach->helo_checked, &log->source);

	if (err == -EISDIR || err == -ESPIPE)
		log_error("\"%s\" is not a file; name exim's main log with --log", path);
	else if (err == -ENOENT || err == -ENOTDIR)
		log_error("the folder of \"%s\" does not exist; name exim's main log with --log",
			  path);
	else if (err)
		log_error("cannot follow \"%s\": %s", path, strerror(-err));
	if (err)
		return err;
	log->guard = guard;
	guard->logs_count++;
	err = source_state(log->source).error;
	if (err == EACCES || err == EPERM) {
		log_error("cannot read \"%s\": %s", path, strerror(err));
		return -EACCES;
	}
	return 0;
}

static int attach_open_journal(struct attach *attach, const char *unit)
{
	struct guard *guard = &attach->guard;
	struct guard_log *log = &guard->logs[guard->logs_count];
	int err = source_open_journal(unit, guard->classes, attach->helo_checked, &log->source);

	if (err) {
		log_error("cannot read the journal of %s: %s", unit, strerror(-err));
		return err;
	}
	log->guard = guard;
	guard->logs_count++;
	return 0;
}

static int attach_find_log(struct attach *attach)
{
	static char found[SOBIG_PATH_SIZE];
	int err;

	attach->helo_checked |= locate_checks_helo();
	err = locate_log(found, sizeof(found));
	if (err == -ENOTSUP)
		log_error("exim logs to syslog, or into files with dated names; name the file that "
			  "syslog writes with --log, or exim's unit with --journal exim4");
	else if (err)
		log_error("no exim log was found, neither by asking exim nor in the usual places; "
			  "name it with --log");
	else
		attach->logs[attach->logs_count++] = found;
	return err;
}

static int attach_open_logs(struct attach *attach)
{
	struct guard *guard = &attach->guard;
	int err = 0;

	/* Of a log that was named to us, we do not know whose it is. */
	if (!attach->logs_count && !attach->journals_count)
		err = attach_find_log(attach);
	for (int i = 0; i < attach->logs_count && !err; i++)
		err = attach_open_log(attach, attach->logs[i]);
	for (int i = 0; i < attach->journals_count && !err; i++)
		err = attach_open_journal(attach, attach->journals[i]);
	if (!err)
		snprintf(guard->pulse.log, sizeof(guard->pulse.log), "%s",
			 source_name(guard->logs[0].source));
	return err;
}

/* Takes an interface for this process. Nothing on it is changed yet. */
static int attach_claim(struct guard *guard, const char *name)
{
	struct guard_interface *interface = &guard->interfaces[guard->interfaces_count];
	struct filter_info info;
	int err;

	interface->index = cli_interface(name);
	if (!interface->index)
		return -ENODEV;
	if (!links_is_ethernet(interface->index)) {
		log_error("%s is no Ethernet interface: the filter would see nothing in its "
			  "packets; guard the one that they come in by",
			  name);
		return -ENOTSUP;
	}
	err = pins_claim(guard->filter.pins, interface->index, &interface->claim);
	if (err == -EBUSY)
		log_error("%s is guarded by another sobig-xdp already; see: sobig-xdp status",
			  name);
	if (err)
		return err;
	snprintf(interface->name, sizeof(interface->name), "%s", name);
	interface->inherited = !filter_find(interface->index, guard->filter.pins, 0, &info);
	guard->interfaces_count++;
	return 0;
}

/* "25, 465" */
static const char *attach_ports(const struct guard *guard, char text[ATTACH_PORTS_SIZE])
{
	size_t used = 0;

	for (int i = 0; i < SOBIG_PORTS_MAX && guard->filter.ports[i]; i++)
		used += snprintf(text + used, ATTACH_PORTS_SIZE - used, "%s%u", i ? ", " : "",
				 guard->filter.ports[i]);
	return text;
}

static int attach_one(struct guard *guard, struct guard_interface *interface)
{
	char ports[ATTACH_PORTS_SIZE];
	struct filter_info info;
	int err = filter_attach(interface->index, &guard->filter, &info);

	if (err)
		return err;
	interface->program = info.id;
	if (interface->inherited)
		log_notice("%s: took over the filter that a former sobig-xdp left, and its blocks",
			   interface->name);
	err = pulse_open(guard->filter.pins, interface->index, &interface->pulse);
	if (err) {
		log_error("%s: cannot open the pins just made: %s", interface->name,
			  strerror(-err));
		return err;
	}
	log_notice("%s: filter attached in %s mode to port %s%s", interface->name,
		   filter_mode_name(info.mode), attach_ports(guard, ports),
		   guard->filter.dry_run ? "; dry run: nothing is dropped" : "");
	if (!links_is_up(interface->index))
		log_warning("%s is down: the filter waits for it to come up", interface->name);
	guard_tell(guard, "attach",
		   json_pack("{s:s, s:s, s:i}", "interface", interface->name, "mode",
			     filter_mode_name(info.mode), "program", (int)info.id));
	return 0;
}

/* All are claimed before one is changed. */
static int attach_interfaces(struct guard *guard, char **names, int count)
{
	const char *pins = guard->filter.pins;
	int turn, err = pins_prepare(pins);

	if (err)
		return err;
	err = pins_lock(pins, &turn);
	if (err) {
		log_error("cannot work in %s: %s; if another sobig-xdp is at it, try again later",
			  pins, strerror(-err));
		return err;
	}
	for (int i = 0; i < count && !err; i++)
		err = attach_claim(guard, names[i]);
	for (int i = 0; i < count && !err; i++)
		err = attach_one(guard, &guard->interfaces[i]);
	if (err)
		pins_remove_if_unused(pins);
	close(turn);
	return err;
}

/* The configuration, but for what the command line says. */
static void attach_set_filter(struct attach *attach, const struct config_filter *config)
{
	struct filter_options *filter = &attach->guard.filter;

	memcpy(filter->ports, *attach->ports ? attach->ports : config->ports,
	       sizeof(filter->ports));
	filter->blocks = attach->blocks ? attach->blocks : config->blocks;
	filter->scope_port = config->scope_port;
	filter->rate_burst = config->rate_burst;
	if (config->rate)
		filter->rate_step = (config->rate_seconds << SOBIG_RATE_UNIT_BITS) / config->rate;
	attach->guard.extend = config->extend;
}

/* What the command line says of the rule of 2003. */
static void attach_set_rule(struct attach *attach)
{
	struct rule *rule =
		(struct rule *)rules_find(&attach->setup.rules, rules_default.rules[0].name);

	if (!rule)
		return;
	rule->limit = attach->rule.limit ? attach->rule.limit : rule->limit;
	rule->window = attach->rule.window ? attach->rule.window : rule->window;
	rule->block = attach->rule.block ? attach->rule.block : rule->block;
	if (rule->max < rule->block)
		rule->max = rule->block;
}

static int attach_run(struct attach *attach, char **interfaces, int count)
{
	struct guard *guard = &attach->guard;
	uint64_t seed;
	int err;

	if (getrandom(&seed, sizeof(seed), 0) != sizeof(seed))
		return -EIO;
	attach_set_rule(attach);
	err = judge_open(&attach->setup.rules, seed, &guard->judge);
	if (!err)
		err = attach_open_logs(attach);
	if (err)
		return err;
	memcpy(guard->pulse.ports, guard->filter.ports, sizeof(guard->pulse.ports));
	guard->pulse.scope_port = guard->filter.scope_port;
	guard->pulse.dry_run = guard->filter.dry_run;
	guard->pulse.logs = guard->logs_count;
	guard_hold_signals();
	err = attach_interfaces(guard, interfaces, count);
	if (!err)
		err = blocks_open(guard->filter.pins, &guard->blocks);
	if (err)
		return err;
	for (int i = 0; i < guard->logs_count; i++)
		log_notice("following %s", source_name(guard->logs[i].source));
	attach->ran = true;
	return guard_run(guard) == CLI_DONE ? 0 : -EIO;
}

/*
 * After a run, all is taken off unless --keep; after a failed start, what had not been there
 * before.
 */
static int attach_close(struct attach *attach)
{
	struct guard *guard = &attach->guard;
	int err = 0, failed;

	for (int i = 0; i < guard->interfaces_count; i++) {
		struct guard_interface *interface = &guard->interfaces[i];
		bool keep = attach->ran ? guard->keep : interface->inherited;

		if (interface->claim >= 0 && keep)
			log_notice("%s: filter and blocks stay; to remove them: sobig-xdp "
				   "detach %s",
				   interface->name, interface->name);
		failed = guard_release(guard, interface, keep);
		err = failed ? failed : err;
	}
	for (int i = 0; i < guard->logs_count; i++)
		source_close(guard->logs[i].source);
	blocks_close(guard->blocks);
	judge_close(guard->judge);
	setup_free(&attach->setup);
	return err;
}

int cmd_attach(int argc, char **argv)
{
	static const struct option options[] = {
		{ "mode", required_argument, NULL, ATTACH_MODE },
		{ "log", required_argument, NULL, ATTACH_LOG },
		{ "port", required_argument, NULL, ATTACH_PORT },
		{ "blocks", required_argument, NULL, ATTACH_BLOCKS },
		{ "dry-run", no_argument, NULL, ATTACH_DRY_RUN },
		{ "keep", no_argument, NULL, ATTACH_KEEP },
		{ "limit", required_argument, NULL, ATTACH_LIMIT },
		{ "window", required_argument, NULL, ATTACH_WINDOW },
		{ "for", required_argument, NULL, ATTACH_FOR },
		{ "journal", required_argument, NULL, ATTACH_JOURNAL },
		{ "helo-checked", no_argument, NULL, ATTACH_HELO_CHECKED },
		CLI_COMMON_OPTIONS,
	};
	static struct attach attach;
	int option, status, err;
	bool done = false;

	cli_start(&attach.guard.common, argv);
	while ((option = getopt_long(argc, argv, CLI_COMMON_LETTERS "c:", options, NULL)) != -1) {
		status = attach_option(&attach, option, &done);
		if (status || done)
			return status;
	}
	if (optind == argc)
		return cli_usage(&attach.guard.common, "name the interfaces that mail comes in by");
	if (argc - optind > PINS_INTERFACES_MAX)
		return cli_usage(&attach.guard.common, "no more than %d interfaces",
				 PINS_INTERFACES_MAX);
	for (int i = optind; i < argc; i++)
		for (int j = optind; j < i; j++)
			if (!strcmp(argv[i], argv[j]))
				return cli_usage(&attach.guard.common, "%s is named twice",
						 argv[i]);
	status = cli_need_privilege();
	if (status)
		return status;
	attach.guard.common.lines = true;
	attach.guard.filter.pins = attach.guard.common.pins;
	status = setup_load(attach.config, &attach.setup);
	if (status)
		return status;
	attach.guard.classes = attach.setup.classes;
	attach_set_filter(&attach, &attach.setup.config.filter);

	err = attach_run(&attach, argv + optind, argc - optind);
	status = attach_close(&attach);
	return cli_status(err ? err : status);
}
