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
            "Makes a fleet's topics, and the settings of the workers' share group, on a Kafka cluster.",
            "What is there already stays as it is, so it is safe to repeat."
        })
public final class TopicsCommand implements Callable<Integer> {
    @Mixin
    private ClusterOptions cluster;

    @Option(
            names = "--partitions",
            paramLabel = "N",
            defaultValue = "1",
            description = "Partitions of the topics that are read in parallel (${DEFAULT-VALUE}). Workers may be more:"
                    + " they share a partition.")
    private int partitions;

    @Option(
            names = "--replication-factor",
            paramLabel = "N",
            description = "Replicas of each topic (as the cluster is configured).")
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
