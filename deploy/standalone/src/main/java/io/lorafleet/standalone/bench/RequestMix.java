// SPDX-License-Identifier: Apache-2.0
package io.lorafleet.standalone.bench;

import io.lorafleet.messages.Priority;
import io.lorafleet.messages.SamplerName;
import java.time.Duration;
import java.util.List;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;

/**
 * What requests ask for.
 *
 * @param adapters from the one asked for most; none for the base alone
 * @param zipf how much more the first are asked for than the last; see {@link Zipf}
 * @param teachers share of the requests without adapter
 * @param guidance of all requests
 * @param sizes none for the model's own
 * @param sampler null for the model's own
 * @param batchShare share of the requests that are not urgent
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
            throw new BenchException("--zipf: expected 0 to 10, found " + zipf);
        }
        if (prompts.isEmpty() || steps.isEmpty()) {
            throw new BenchException("expected prompts and --steps, found " + prompts.size() + " and " + steps.size());
        }
    }

    private static void requireShare(String option, double share) {
        if (!(share >= 0 && share <= 1)) {
            throw new BenchException(option + ": expected a share from 0 to 1, found " + share);
        }
    }

    List<TracedRequest> draw(List<Duration> offsets, RandomGenerator random) {
        Zipf ranks = new Zipf(Math.max(1, adapters.size()), zipf);
        return offsets.stream().map(offset -> draw(offset, ranks, random)).toList();
    }

    /** Draws as many numbers for every request, so that another share changes those requests alone that it is about. */
    private TracedRequest draw(Duration offset, Zipf ranks, RandomGenerator random) {
        boolean teacher = random.nextDouble() < teachers;
        int adapter = ranks.draw(random);
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
