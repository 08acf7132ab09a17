// SPDX-License-Identifier: Apache-2.0
package io.lorafleet.standalone.bench;

import io.lorafleet.messages.Priority;
import io.lorafleet.messages.SamplerName;
import io.lorafleet.standalone.FleetException;
import java.time.Duration;
import java.util.List;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;

/**
 * The distribution of request contents.
 *
 * @param adapters adapters to choose from, most popular first; empty to use only the base
 * @param zipf exponent of the adapters' popularity distribution; see {@link Zipf}
 * @param teachers share of requests without an adapter
 * @param guidance guidance scale of all requests
 * @param sizes image sizes to choose from; empty for the model's size
 * @param sampler sampler for all requests; null for the model's sampler
 * @param batchShare share of requests with batch priority
 */
public record RequestMix(
        List<String> adapters,
        double zipf,
        double teachers,
        double guidance,
        List<Resolution> sizes,
        List<Integer> steps,
        @Nullable SamplerName sampler,
        List<String> prompts,
        double batchShare) {
    public RequestMix {
        adapters = List.copyOf(adapters);
        sizes = List.copyOf(sizes);
        steps = List.copyOf(steps);
        prompts = List.copyOf(prompts);
        requireShare("--teachers", teachers);
        requireShare("--batch-priority", batchShare);
        if (!(zipf >= 0 && zipf <= 10)) {
            throw new FleetException("--zipf: expected 0 to 10, found " + zipf);
        }
        if (prompts.isEmpty() || steps.isEmpty()) {
            throw new FleetException("expected at least one prompt and one value of --steps, found " + prompts.size()
                    + " and " + steps.size());
        }
    }

    private static void requireShare(String option, double share) {
        if (!(share >= 0 && share <= 1)) {
            throw new FleetException(option + ": expected a share from 0 to 1, found " + share);
        }
    }

    List<TracedRequest> sample(List<Duration> offsets, RandomGenerator random) {
        Zipf ranks = new Zipf(Math.max(1, adapters.size()), zipf);
        return offsets.stream().map(offset -> sample(offset, ranks, random)).toList();
    }

    /**
     * Draws the same number of random values for each request, so that changing a share does not affect other requests.
     */
    private TracedRequest sample(Duration offset, Zipf ranks, RandomGenerator random) {
        boolean teacher = random.nextDouble() < teachers;
        int adapter = ranks.sample(random);
        int size = random.nextInt(Math.max(1, sizes.size()));
        int step = random.nextInt(steps.size());
        int prompt = random.nextInt(prompts.size());
        long seed = Integer.toUnsignedLong(random.nextInt());
        boolean batch = random.nextDouble() < batchShare;
        return new TracedRequest(
                offset,
                prompts.get(prompt),
                seed,
                teacher || adapters.isEmpty() ? null : adapters.get(adapter),
                guidance,
                steps.get(step),
                sampler,
                sizes.isEmpty() ? null : sizes.get(size),
                batch ? Priority.BATCH : Priority.INTERACTIVE);
    }
}
