// SPDX-License-Identifier: GPL-2.0-only
/* Loads and reloads the policy of a daemon from the configuration and the command line. */
#include "daemon/reload.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <systemd/sd-daemon.h>
#include <time.h>

#include "common/clock.h"
#include "common/duration.h"
#include "common/log.h"
#include "common/suggest.h"
#include "config/rule_ports.h"
#include "daemon/closer.h"
#include "daemon/exempt.h"
#include "daemon/interfaces.h"

/* Applies the configuration, overridden by the command line. */
static void reload_set_filter(const struct daemon_overrides *overrides, const struct policy *policy,
			      struct filter_options *out)
{
	const struct config_filter *config = &policy->config.filter;

	memcpy(out->ports, policy->rules.ports, sizeof(out->ports));
	out->blocks = overrides->blocks ? overrides->blocks : config->blocks;
	out->scope_port = config->scope_port;
	out->rate_burst = config->rate_burst;
	out->rate_step = config->rate
				 ? (config->rate_seconds << SOBIG_SYN_RATE_UNIT_BITS) / config->rate
				 : 0;
}

static void reload_fill_stats(struct daemon *daemon)
{
	memcpy(daemon->stats.ports, daemon->filter.ports, sizeof(daemon->stats.ports));
	daemon->stats.scope_port = daemon->filter.scope_port;
	daemon->stats.dry_run = daemon->filter.dry_run;
	daemon->stats.connections_finish = daemon->policy.config.filter.finish;
	daemon->stats.configured = clock_seconds();
}

/* Loads the configuration and opens a judge for it. 0 or -errno (logged). */
static int reload_make(struct daemon *daemon, struct policy *policy, struct judge **judge)
{
	int err = policy_load(daemon->overrides.config, policy);

	if (err)
		return err;
	err = overrides_apply(&daemon->overrides.rule, &policy->rules);
	if (err) {
		policy_free(policy);
		return err;
	}
	if (*daemon->overrides.ports)
		rule_ports_set(&policy->rules, daemon->overrides.ports);
	err = judge_open(&policy->rules, daemon->seed, judge);
	if (!err)
		return 0;
	log_error("cannot apply these rules: %s", strerror(-err));
	policy_free(policy);
	return err;
}

int reload_load(struct daemon *daemon)
{
	int err = reload_make(daemon, &daemon->policy, &daemon->judge);

	if (err)
		return err;
	reload_set_filter(&daemon->overrides, &daemon->policy, &daemon->filter);
	reload_fill_stats(daemon);
	return 0;
}

/* Member by member, because padding is undefined. */
static bool reload_same_filter(const struct filter_options *a, const struct filter_options *b)
{
	return a->pins == b->pins && !memcmp(a->ports, b->ports, sizeof(a->ports)) &&
	       a->dry_run == b->dry_run && a->scope_port == b->scope_port &&
	       a->rate_step == b->rate_step && a->rate_burst == b->rate_burst &&
	       a->blocks == b->blocks && a->mode == b->mode;
}

/* Attaches the filter again if its options changed. 0 or -errno (logged): nothing was changed. */
static int reload_renew_filter(struct daemon *daemon, const struct policy *policy)
{
	const struct filter_options before = daemon->filter;
	int err;

	reload_set_filter(&daemon->overrides, policy, &daemon->filter);
	if (reload_same_filter(&before, &daemon->filter))
		return 0;
	err = interfaces_renew(daemon);
	if (err)
		daemon->filter = before;
	return err;
}

static void reload_check_state(const struct config_state *old, const struct config_state *new)
{
	bool same_folder = old->folder && new->folder ? !strcmp(old->folder, new->folder)
						      : old->folder == new->folder;

	if (!same_folder || old->size != new->size || old->history != new->history)
		log_warning("[state] has changed: the change takes effect at the next start");
}

static void reload_take(struct daemon *daemon, struct policy *policy, struct judge *judge)
{
	reload_check_state(&daemon->policy.config.state, &policy->config.state);
	judge_adopt(judge, daemon->judge);
	judge_close(daemon->judge);
	daemon->judge = judge;
	memset(daemon->left_open, 0, sizeof(daemon->left_open));
	judge_allow(judge, exempt_set(daemon->exempt));
	closer_guard(daemon->closer, daemon->filter.ports);
	for (int i = 0; i < daemon->logs_count; i++)
		source_set_classifier(daemon->logs[i].source, policy->classes);
	policy_free(&daemon->policy);
	daemon->policy = *policy;
	reload_fill_stats(daemon);
	if (exempt_reload(daemon->exempt, daemon, &policy->config))
		log_error("the allow list was not changed");
}

void reload_reload(struct daemon *daemon)
{
	struct timespec now;
	struct judge *judge;
	struct policy policy;
	int err;

	clock_gettime(CLOCK_MONOTONIC, &now);
	sd_notifyf(0, "RELOADING=1\nMONOTONIC_USEC=%lld",
		   now.tv_sec * 1000000ll + now.tv_nsec / 1000);
	err = reload_make(daemon, &policy, &judge);
	if (!err && reload_renew_filter(daemon, &policy)) {
		judge_close(judge);
		policy_free(&policy);
		err = -EIO;
	}
	daemon->stats.config_error = err != 0;
	if (err) {
		log_error("configuration refused: nothing was changed");
	} else {
		reload_take(daemon, &policy, judge);
		log_notice("configuration reloaded");
		reload_log_rules(daemon);
	}
	daemon_event(daemon, "reload", json_pack("{s:b}", "accepted", err == 0));
	sd_notify(0, "READY=1");
}

void reload_release(struct daemon *daemon)
{
	const struct judge_state judged = judge_state(daemon->judge);

	if (!judged.braked && !judged.off) {
		log_notice("the brake was not engaged");
		return;
	}
	judge_release(daemon->judge);
	daemon->stats.braked = 0;
	log_notice("brake released: known senders are blocked again, and all classes count");
	daemon_event(daemon, "release", json_object());
}

void reload_log_rules(const struct daemon *daemon)
{
	const struct rules *rules = judge_rules(daemon->judge);
	char window[DURATION_TEXT_SIZE], block[DURATION_TEXT_SIZE];
	size_t dry_runs = 0;

	for (size_t i = 0; i < rules->count; i++) {
		const struct rule *rule = &rules->rules[i];

		dry_runs += rule->dry_run;
		if (i)
			continue;
		log_notice("rule %s: a host with more than %u points within %s is blocked for %s",
			   rule->name, rule->limit, duration_format(rule->window, window),
			   duration_format(rule->block, block));
	}
	if (rules->count > 1)
		log_notice("rules in total: %zu, dry run: %zu; to show them: sobig-xdp check",
			   rules->count, dry_runs);
	if (!rules->count)
		log_warning("there are no rules: no host will be blocked");
}
