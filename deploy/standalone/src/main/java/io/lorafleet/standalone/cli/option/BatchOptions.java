// SPDX-License-Identifier: Apache-2.0
package io.lorafleet.standalone.cli.option;

import java.nio.file.Path;
import java.time.Duration;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** How {@code fleet generate} sends its requests. */
public final class BatchOptions {
    private static final int MOST_CONCURRENT = 64;

    @Spec(Spec.Target.MIXEE)
    private CommandSpec command;

    @Option(
            names = "--prompts",
            paramLabel = "FILE",
            description = "Reads one prompt from each line of a file, or of standard input if FILE is -. A line can"
                    + " also be a JSON object with fields of the gateway's API, such as {\"prompt\": \"a star\","
                    + " \"seed\": 7}; its fields take precedence over options.")
    private @Nullable Path prompts;

    @Option(
            names = "--concurrency",
            paramLabel = "N",
            defaultValue = "4",
            description = "With --prompts, the maximum number of concurrent generations, 1 to " + MOST_CONCURRENT
                    + " (default: ${DEFAULT-VALUE}).")
    private int concurrency;

    @Option(
            names = "--retry-timeout",
            paramLabel = "DURATION",
            defaultValue = "10m",
            converter = ShortDuration.class,
            description = "How long to retry a request while the gateway's queue is full, such as 30s"
                    + " (default: ${DEFAULT-VALUE}). The gateway sets the pauses. 0s turns retries off.")
    private Duration retryTimeout;

    @Option(
            names = "--no-wait",
            description =
                    "Prints the IDs of the generations as soon as the gateway has accepted them, and does not wait"
                            + " for the images. '${ROOT-COMMAND-NAME} generation download' saves them later.")
    private boolean noWait;

    @Option(
            names = {"-q", "--quiet"},
            description = "Prints only the names of the files, and errors.")
    private boolean quiet;

    public @Nullable Path prompts() {
        return prompts;
    }

    public int concurrency() {
        if (concurrency < 1 || concurrency > MOST_CONCURRENT) {
            throw new ParameterException(
                    command.commandLine(),
                    "--concurrency: expected 1 to " + MOST_CONCURRENT + ", found " + concurrency);
        }
        return concurrency;
    }

    public Duration retryTimeout() {
        return retryTimeout;
    }

    public boolean noWait() {
        return noWait;
    }

    public boolean quiet() {
        return quiet;
    }
}
