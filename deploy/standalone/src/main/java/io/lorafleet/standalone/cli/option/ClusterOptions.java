// SPDX-License-Identifier: Apache-2.0
package io.lorafleet.standalone.cli.option;

import java.nio.file.Path;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/** The options of every command that administers a Kafka cluster. */
public final class ClusterOptions {
    @Option(
            names = "--bootstrap",
            paramLabel = "HOST:PORT",
            defaultValue = "localhost:9092",
            description = "Address of a broker in the cluster (default: ${DEFAULT-VALUE}).")
    private String bootstrap;

    @Option(
            names = "--config",
            paramLabel = "FILE",
            description = "Properties file with settings for Kafka's admin client, such as security.protocol"
                    + " and sasl.jaas.config.")
    private @Nullable Path config;

    @Option(
            names = "--topic-prefix",
            paramLabel = "PREFIX",
            defaultValue = "",
            converter = TopicPrefixOption.class,
            description =
                    "Prefix of the topic and group names, so that several fleets can share a cluster. Default: none.")
    private String topicPrefix;

    public String bootstrap() {
        return bootstrap;
    }

    /** @return the properties file, or null */
    @Nullable
    public Path config() {
        return config;
    }

    public String topicPrefix() {
        return topicPrefix;
    }
}
