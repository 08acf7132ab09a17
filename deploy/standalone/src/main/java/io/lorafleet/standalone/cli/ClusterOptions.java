// SPDX-License-Identifier: Apache-2.0
package io.lorafleet.standalone.cli;

import java.nio.file.Path;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/** The options of every command that sets up a Kafka cluster, as its administrator. */
final class ClusterOptions {
    @Option(
            names = "--bootstrap",
            paramLabel = "HOST:PORT",
            defaultValue = "localhost:9092",
            description = "A broker of the cluster (${DEFAULT-VALUE}).")
    private String bootstrap;

    @Option(
            names = "--config",
            paramLabel = "FILE",
            description =
                    "Settings of Kafka's admin client, such as security.protocol and sasl.jaas.config: a properties file.")
    private @Nullable Path config;

    @Option(
            names = "--topic-prefix",
            paramLabel = "PREFIX",
            defaultValue = "",
            description = "Goes before every topic's name, so that several fleets can share one cluster.")
    private String topicPrefix;

    String bootstrap() {
        return bootstrap;
    }

    /** @return null if there is none */
    @Nullable
    Path config() {
        return config;
    }

    String topicPrefix() {
        return topicPrefix;
    }
}
