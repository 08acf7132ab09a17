// SPDX-License-Identifier: Apache-2.0
package io.lorafleet.standalone.bench;

import io.lorafleet.messages.SamplerName;
import java.nio.file.Path;
import java.util.List;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/** What the requests of {@code bench serve} ask for. */
final class BenchMixOptions {
    @Option(
            names = "--zipf",
            paramLabel = "S",
            defaultValue = "1",
            description = "The k-th adapter is asked for in proportion to 1/k^S (${DEFAULT-VALUE}). 0: all alike.")
    private double zipf;

    @Option(
            names = "--teachers",
            paramLabel = "SHARE",
            defaultValue = "0",
            description = "Share of the requests without adapter, from 0 to 1 (${DEFAULT-VALUE}).")
    private double teachers;

    @Option(
            names = "--guidance",
            paramLabel = "X",
            defaultValue = "5",
            description = "Guidance scale of all requests (${DEFAULT-VALUE}). A student sets its dial to it.")
    private double guidance;

    @Option(
            names = "--sizes",
            paramLabel = "WxH",
            split = ",",
            description = "Sizes to choose from, such as 64,96x64 (the model's own).")
    private List<String> sizes = List.of();

    @Option(
            names = "--steps",
            paramLabel = "N",
            split = ",",
            defaultValue = "20",
            description = "Numbers of steps to choose from (${DEFAULT-VALUE}).")
    private List<Integer> steps;

    @Option(names = "--sampler", paramLabel = "NAME", description = "Of all requests (the model's own).")
    private @Nullable SamplerName sampler;

    @Option(
            names = "--prompts",
            paramLabel = "FILE",
            description = "One of each line (coloured shapes, which the demo model knows).")
    private @Nullable Path prompts;

    @Option(
            names = "--batch-priority",
            paramLabel = "SHARE",
            defaultValue = "0",
            description = "Share of the requests that are not urgent, from 0 to 1 (${DEFAULT-VALUE}).")
    private double batchShare;

    RequestMix mix(List<String> adapters) {
        return new RequestMix(
                adapters,
                zipf,
                teachers,
                guidance,
                sizes.stream().map(Resolution::parse).toList(),
                steps,
                sampler,
                prompts == null ? Prompts.ofTheDemoModel() : Prompts.read(prompts),
                batchShare);
    }
}
