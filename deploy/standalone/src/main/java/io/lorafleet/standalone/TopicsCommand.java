package io.lorafleet.standalone;

import io.lorafleet.broker.FleetTopics;
import io.lorafleet.messages.Topic;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.ExitCode;
import picocli.CommandLine.Option;

@Command(
        name = "topics",
        sortOptions = false,
        description = {
            "Makes a fleet's topics, and the settings of the workers' share group, on a Kafka cluster.",
            "What is there already stays as it is, so it is safe to repeat."
        })
final class TopicsCommand implements Callable<Integer> {
    @Option(
            names = "--bootstrap",
            paramLabel = "HOST:PORT",
            defaultValue = "localhost:9092",
            description = "A broker of the cluster (${DEFAULT-VALUE}).")
    private String bootstrap;

    @Option(names = "--config", paramLabel = "FILE", description = ClusterSettings.DESCRIPTION)
    private Path config;

    @Option(
            names = "--topic-prefix",
            paramLabel = "PREFIX",
            defaultValue = "",
            description = "Goes before every topic's name, so that several fleets can share one cluster.")
    private String topicPrefix;

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
        Provisioning.provision(bootstrap, config, new FleetTopics(topicPrefix, partitions, replicationFactor));
        Arrays.stream(Topic.values()).map(topic -> topic.in(topicPrefix)).forEach(System.out::println);
        return ExitCode.OK;
    }
}
