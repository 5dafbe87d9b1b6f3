// SPDX-License-Identifier: GPL-2.0-only
/* sobig-xdp attach: opens the logs, the judge and the filter, and runs the daemon. */
#include <errno.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/random.h>
#include <time.h>
#include <unistd.h>

#include "cli/history.h"
#include "cli/home.h"
#include "common/log.h"
#include "config/overrides.h"
#include "daemon/daemon.h"
#include "daemon/exempt.h"
#include "daemon/interfaces.h"
#include "daemon/loop.h"
#include "daemon/reload.h"
#include "daemon/restore.h"
#include "exim/ask.h"

enum {
	ATTACH_MODE = CLI_OPTION_OWN,
	ATTACH_LOG,
	ATTACH_PORT,
	ATTACH_BLOCKS,
	ATTACH_DRY_RUN,
	ATTACH_PERSIST,
	ATTACH_LIMIT,
	ATTACH_WINDOW,
	ATTACH_FOR,
	ATTACH_HELO_CHECKED,
	ATTACH_JOURNAL,
};

/* Memory for the log lines of offences, in bytes. */
#define ATTACH_EVIDENCE (8u << 20)

struct attach {
	struct cli_common common;
	struct daemon daemon;
	const char *logs[DAEMON_LOGS_MAX];
	int logs_count;
	const char *journals[DAEMON_LOGS_MAX];
	int journals_count;
	bool helo_checked;
	bool ran; /* the start succeeded */
};

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

/* CLI_DONE, or the exit status; *done is set after the help. */
static int attach_option(struct attach *attach, int option, bool *done)
{
	struct cli_common *common = &attach->common;
	struct daemon_overrides *overrides = &attach->daemon.overrides;
	int status = CLI_DONE;

	switch (option) {
	case ATTACH_MODE:
		if (attach_mode(optarg, &attach->daemon.filter.mode))
			return cli_usage(common,
					 "--mode = \"%s\": expected auto, native or generic",
					 optarg);
		break;
	case ATTACH_LOG:
	case ATTACH_JOURNAL:
		if (attach->logs_count + attach->journals_count == DAEMON_LOGS_MAX)
			return cli_usage(common, "too many logs: expected at most %d",
					 DAEMON_LOGS_MAX);
		if (option == ATTACH_LOG)
			attach->logs[attach->logs_count++] = optarg;
		else
			attach->journals[attach->journals_count++] = optarg;
		break;
	case ATTACH_PORT:
		if (config_filter_ports(optarg, overrides->ports))
			return cli_usage(common,
					 "--port = \"%s\": expected up to %d ports, such as 25,465",
					 optarg, SOBIG_PORTS_MAX);
		break;
	case ATTACH_BLOCKS:
		if (config_filter_blocks(optarg, &overrides->blocks))
			return cli_usage(common,
					 "--blocks = \"%s\": expected a number from %d to %d",
					 optarg, CONFIG_FILTER_BLOCKS_MIN, SOBIG_BLOCKS_MAX);
		break;
	case ATTACH_DRY_RUN:
		attach->daemon.filter.dry_run = true;
		break;
	case ATTACH_PERSIST:
		attach->daemon.persist = true;
		break;
	case ATTACH_LIMIT:
		return cli_override(OVERRIDES_LIMIT, optarg, &overrides->rule);
	case ATTACH_WINDOW:
		return cli_override(OVERRIDES_WINDOW, optarg, &overrides->rule);
	case ATTACH_FOR:
		return cli_override(OVERRIDES_FOR, optarg, &overrides->rule);
	case ATTACH_HELO_CHECKED:
		attach->helo_checked = true;
		break;
	case 'c':
		overrides->config = optarg;
		break;
	default:
		*done = cli_common_option(common, option, &status);
	}
	return status;
}

/* Opens one log at the saved log position, or at its end. */
static int attach_open_source(struct attach *attach, const char *name, bool journal,
			      struct daemon_log *log)
{
	struct daemon *daemon = &attach->daemon;
	struct classifier *classes = daemon->policy.classes;
	struct log_position done, from;
	char known[PATH_MAX + 16];

	snprintf(known, sizeof(known), "%s%s", journal ? SOURCE_JOURNAL : "", name);
	log->behind = log->seen = !restore_place(daemon->restore, known, &done, &from);
	if (journal && log->behind)
		return source_open_journal_at(name, classes, attach->helo_checked, &done,
					      &log->source);
	if (journal)
		return source_open_journal(name, classes, attach->helo_checked, &log->source);
	if (log->behind)
		return source_open_file_at(name, classes, attach->helo_checked, &done, &from,
					   &log->source);
	return source_open_file(name, classes, attach->helo_checked, &log->source);
}

static int attach_open_log(struct attach *attach, const char *path)
{
	struct daemon *daemon = &attach->daemon;
	struct daemon_log *log = &daemon->logs[daemon->logs_count];
	const char *name = strrchr(path, '/');
	int err;

	name = name ? name + 1 : path;
	if (!strncmp(name, "reject", strlen("reject")) ||
	    !strncmp(name, "panic", strlen("panic"))) {
		log_error(
			"\"%s\" is not exim's main log: the reject log contains text from peers that can imitate log lines, so a peer could get other hosts blocked; name the main log with --log",
			path);
		return -EINVAL;
	}
	err = attach_open_source(attach, path, false, log);

	if (err == -EISDIR || err == -ESPIPE)
		log_error("\"%s\" is not a file; name exim's main log with --log", path);
	else if (err == -ENOENT || err == -ENOTDIR)
		log_error("the directory of \"%s\" does not exist; name exim's main log with --log",
			  path);
	else if (err)
		log_error("cannot follow \"%s\": %s", path, strerror(-err));
	if (err)
		return err;
	log->daemon = daemon;
	daemon->logs_count++;
	err = source_state(log->source).error;
	if (err == EACCES || err == EPERM) {
		log_error("cannot read \"%s\": %s", path, strerror(err));
		return -EACCES;
	}
	return 0;
}

static int attach_open_journal(struct attach *attach, const char *unit)
{
	struct daemon *daemon = &attach->daemon;
	struct daemon_log *log = &daemon->logs[daemon->logs_count];
	int err = attach_open_source(attach, unit, true, log);

	if (err) {
		log_error("cannot read the journal of %s: %s", unit, strerror(-err));
		return err;
	}
	log->daemon = daemon;
	daemon->logs_count++;
	return 0;
}

static int attach_find_log(struct attach *attach)
{
	static char found[SOBIG_PATH_SIZE];
	int err;

	attach->helo_checked |= ask_checks_helo();
	err = ask_log(found, sizeof(found));
	if (err == -ENOTSUP)
		log_error(
			"exim logs to syslog or to files with a date in the name; name the file that syslog writes with --log, or the systemd unit of exim with --journal exim4");
	else if (err)
		log_error(
			"cannot find exim's log: exim did not report one, and it is not in the usual places; name it with --log");
	else
		attach->logs[attach->logs_count++] = found;
	return err;
}

static int attach_open_logs(struct attach *attach)
{
	struct daemon *daemon = &attach->daemon;
	int err = 0;

	/* The exim that writes a log named with --log is not known, so it is not asked. */
	if (!attach->logs_count && !attach->journals_count)
		err = attach_find_log(attach);
	for (int i = 0; i < attach->logs_count && !err; i++)
		err = attach_open_log(attach, attach->logs[i]);
	for (int i = 0; i < attach->journals_count && !err; i++)
		err = attach_open_journal(attach, attach->journals[i]);
	if (!err)
		snprintf(daemon->stats.log, sizeof(daemon->stats.log), "%s",
			 source_name(daemon->logs[0].source));
	for (int i = 0; i < daemon->logs_count && !err; i++)
		restore_follow(daemon->restore, daemon, i);
	return err;
}

static int attach_run(struct attach *attach, char **interfaces, int count)
{
	struct daemon *daemon = &attach->daemon;
	int err = evidence_open(ATTACH_EVIDENCE, daemon->seed, &daemon->evidence);

	if (!err)
		err = home_publish(history_folder(&attach->common, &daemon->policy.config.state),
				   daemon->overrides.config, &daemon->stats);
	/* The list of `allow` is in the same directory. */
	daemon->state = daemon->stats.state;
	if (!err)
		err = restore_open(daemon, daemon->stats.state, interfaces[0], &daemon->restore);
	if (!err)
		err = attach_open_logs(attach);
	if (err)
		return err;
	daemon->stats.logs = daemon->logs_count;
	loop_hold_signals();
	err = interfaces_take(daemon, interfaces, count);
	/* This takes seconds if the DNS does not answer; the restored blocks are already active. */
	if (!err)
		err = exempt_open(daemon, &daemon->exempt);
	if (err)
		return err;
	judge_allow(daemon->judge, exempt_set(daemon->exempt));
	for (int i = 0; i < daemon->logs_count; i++)
		log_notice("following %s", source_name(daemon->logs[i].source));
	reload_log_rules(daemon);
	attach->ran = true;
	return loop_run(daemon);
}

/*
 * After a run, detaches all interfaces unless --persist is given; after a failed start, detaches
 * those that were not attached before.
 */
static int attach_close(struct attach *attach)
{
	struct daemon *daemon = &attach->daemon;
	int err = 0, failed;

	for (int i = 0; i < daemon->interfaces_count; i++) {
		struct daemon_interface *interface = &daemon->interfaces[i];
		bool persist = attach->ran ? daemon->persist : interface->inherited;

		if (interface->claim >= 0 && persist)
			log_notice(
				"%s: the filter and the blocks stay in place; to remove them: sobig-xdp detach %s",
				interface->name, interface->name);
		failed = interfaces_release(daemon, interface, persist);
		err = failed ? failed : err;
	}
	restore_close(daemon->restore);
	for (int i = 0; i < daemon->logs_count; i++)
		source_close(daemon->logs[i].source);
	blocks_close(daemon->blocks);
	judge_close(daemon->judge);
	exempt_close(daemon->exempt);
	evidence_close(daemon->evidence);
	policy_free(&daemon->policy);
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
		{ "persist", no_argument, NULL, ATTACH_PERSIST },
		{ "keep", no_argument, NULL, ATTACH_PERSIST }, /* the name in version 0.1 */
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

	cli_start(&attach.common, argv);
	while ((option = getopt_long(argc, argv, CLI_COMMON_LETTERS "c:", options, NULL)) != -1) {
		status = attach_option(&attach, option, &done);
		if (status || done)
			return status;
	}
	if (optind == argc)
		return cli_usage(
			&attach.common,
			"no interface given: name the interfaces that receive mail, such as eth0");
	if (argc - optind > PINS_INTERFACES_MAX)
		return cli_usage(&attach.common, "too many interfaces: expected at most %d",
				 PINS_INTERFACES_MAX);
	for (int i = optind; i < argc; i++)
		for (int j = optind; j < i; j++)
			if (!strcmp(argv[i], argv[j]))
				return cli_usage(&attach.common, "interface %s is given twice",
						 argv[i]);
	status = cli_need_privilege();
	if (status)
		return status;
	attach.common.lines = true;
	attach.daemon.json = attach.common.json;
	attach.daemon.state = attach.common.state;
	attach.daemon.filter.pins = attach.common.pins;
	if (getrandom(&attach.daemon.seed, sizeof(attach.daemon.seed), 0) < 0)
		return cli_status(-errno);
	status = reload_load(&attach.daemon) ? CLI_FAILED : CLI_DONE;
	if (status)
		return status;

	err = attach_run(&attach, argv + optind, argc - optind);
	status = attach_close(&attach);
	return cli_status(err ? err : status);
}
