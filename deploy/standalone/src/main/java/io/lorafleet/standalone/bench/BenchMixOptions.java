// SPDX-License-Identifier: Apache-2.0
package io.lorafleet.standalone.bench;

import io.lorafleet.messages.SamplerName;
import java.nio.file.Path;
import java.util.List;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/** The contents of the requests that {@code bench serve} sends. */
final class BenchMixOptions {
    @Option(
            names = "--zipf",
            paramLabel = "S",
            defaultValue = "1",
            description = "Exponent S of the Zipf distribution over the adapters, 0 to 10: the k-th adapter is"
                    + " used in proportion to 1/k^S (default: ${DEFAULT-VALUE}).")
    private double zipf;

    @Option(
            names = "--teachers",
            paramLabel = "SHARE",
            defaultValue = "0",
            description = "Share of requests without an adapter, 0 to 1 (default: ${DEFAULT-VALUE}).")
    private double teachers;

    @Option(
            names = "--guidance",
            paramLabel = "X",
            defaultValue = "5",
            description = "Guidance scale of all requests (default: ${DEFAULT-VALUE}). It also sets the adapter"
                    + " scale of a student.")
    private double guidance;

    @Option(
            names = "--sizes",
            paramLabel = "WxH",
            split = ",",
            description = "Image sizes to choose from, in pixels, such as 64,96x64. Default: the size at which"
                    + " the model was trained.")
    private List<String> sizes = List.of();

    @Option(
            names = "--steps",
            paramLabel = "N",
            split = ",",
            defaultValue = "20",
            description = "Numbers of sampler steps to choose from (default: ${DEFAULT-VALUE}). Separate"
                    + " numbers with commas.")
    private List<Integer> steps;

    @Option(
            names = "--sampler",
            paramLabel = "NAME",
            description = "Sampler for all requests: ${COMPLETION-CANDIDATES}. Default: the model's sampler.")
    private @Nullable SamplerName sampler;

    @Option(
            names = "--prompts",
            paramLabel = "FILE",
            description = "Text file of prompts to choose from, one per line. Default: the prompts of the demo model.")
    private @Nullable Path prompts;

    @Option(
            names = "--batch-priority",
            paramLabel = "SHARE",
            defaultValue = "0",
            description = "Share of requests with batch priority, 0 to 1 (default: ${DEFAULT-VALUE}).")
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
