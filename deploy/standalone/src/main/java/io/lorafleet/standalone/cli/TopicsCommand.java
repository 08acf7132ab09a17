// SPDX-License-Identifier: Apache-2.0
package io.lorafleet.standalone.cli;

import io.lorafleet.broker.FleetTopics;
import io.lorafleet.messages.Topic;
import io.lorafleet.standalone.supervisor.ClusterSettings;
import io.lorafleet.standalone.supervisor.Provisioning;
import java.util.Arrays;
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
            "Existing topics do not change, so the command is safe to repeat."
        })
public final class TopicsCommand implements Callable<Integer> {
    @Mixin
    private ClusterOptions cluster;

    @Option(
            names = "--partitions",
            paramLabel = "N",
            defaultValue = "1",
            description = "Number of partitions of the topics that are read in parallel (default:"
                    + " ${DEFAULT-VALUE}). Several workers can share a partition.")
    private int partitions;

    @Option(
            names = "--replication-factor",
            paramLabel = "N",
            description = "Number of replicas of each topic. Default: the setting of the cluster.")
    private short replicationFactor = Provisioning.CLUSTER_DEFAULT;

    @Override
    public Integer call() throws InterruptedException {
        Provisioning.provision(
                ClusterSettings.of(cluster.bootstrap(), cluster.config()),
                new FleetTopics(cluster.topicPrefix(), partitions, replicationFactor));
        Arrays.stream(Topic.values())
                .map(topic -> topic.in(cluster.topicPrefix()))
                .forEach(System.out::println);
        return ExitCode.OK;
    }
}
