// SPDX-License-Identifier: Apache-2.0
package io.lorafleet.standalone.cli;

import io.lorafleet.broker.FleetTopics;
import io.lorafleet.broker.FleetTopics.Difference;
import io.lorafleet.messages.PoolName;
import io.lorafleet.standalone.FleetException;
import io.lorafleet.standalone.cli.option.ClusterOptions;
import io.lorafleet.standalone.supervisor.ClusterSettings;
import io.lorafleet.standalone.supervisor.Provisioning;
import java.util.List;
import java.util.Set;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.ExitCode;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

@Command(
        name = "topics",
        sortOptions = false,
        description = {
            "Creates the topics of a fleet on a Kafka cluster, and configures the share group of" + " the workers.",
            "Reports the settings of existing topics that differ from the expected values. If there are any, the exit"
                    + " code is 1. With --fix, the command sets the expected values."
        },
        footer = {"", "Example:", "  ${ROOT-COMMAND-NAME} topics --bootstrap kafka:9092 --topic-prefix fleet1. --fix"})
public final class TopicsCommand implements Callable<Integer> {
    @Mixin
    private ClusterOptions cluster;

    @Option(
            names = "--partitions",
            paramLabel = "N",
            defaultValue = "1",
            description = "Number of partitions in each topic that is read in parallel, except the request topics"
                    + " (default: ${DEFAULT-VALUE}).")
    private int partitions;

    @Option(
            names = "--request-partitions",
            paramLabel = "N",
            defaultValue = "1",
            description = "Number of partitions in each request topic (default: ${DEFAULT-VALUE}). One partition serves"
                    + " any number of workers.")
    private int requestPartitions;

    @Option(
            names = "--replication-factor",
            paramLabel = "N",
            description = "Number of replicas of each partition. Default: the cluster's setting.")
    private short replicationFactor = Provisioning.CLUSTER_DEFAULT;

    @Option(
            names = "--pool",
            paramLabel = "NAME",
            description = "Pool whose request topics and share group are set up, in addition to those of the default"
                    + " pool. Can be repeated.")
    private Set<String> pools = Set.of();

    @Option(names = "--fix", description = "Sets the expected values on existing topics.")
    private boolean fix;

    @Override
    public Integer call() throws InterruptedException {
        try {
            pools.forEach(pool -> PoolName.require("--pool", pool));
        } catch (IllegalArgumentException e) {
            throw new FleetException(e.getMessage());
        }
        Provisioning.Report report = Provisioning.provision(
                ClusterSettings.of(cluster.bootstrap(), cluster.config()),
                new FleetTopics(cluster.topicPrefix(), pools, partitions, requestPartitions, replicationFactor),
                fix);
        report.names().forEach(System.out::println);
        report.remarks().forEach(remark -> System.err.println("note: " + remark));
        List<Difference> differences = report.differences();
        differences.forEach(difference -> System.err.println((fix ? "fixed: " : "") + difference));
        return fix || differences.isEmpty() ? ExitCode.OK : ExitCode.SOFTWARE;
    }
}
