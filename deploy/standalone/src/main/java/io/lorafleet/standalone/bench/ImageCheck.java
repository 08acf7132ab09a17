// SPDX-License-Identifier: Apache-2.0
package io.lorafleet.standalone.bench;

import io.lorafleet.standalone.bench.FleetHttp.Submission;
import io.lorafleet.standalone.bench.LoadGenerator.Run;
import io.lorafleet.standalone.bench.RequestOutcome.Served;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Objects;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.TimeUnit;
import java.util.function.IntConsumer;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;

/**
 * Whether images are what they would be without the others: each is drawn again while nothing else is asked, from the
 * same seed and with the same version of the adapter. And whether an image says of itself that it was drawn with the
 * adapter that its generation names.
 *
 * <p>Where versions change meanwhile, some are drawn with the version before too: those must be other images, or the
 * comparison would not show that a request got the wrong version.
 */
public final class ImageCheck {
    /** A difference of about one level in 255 on every pixel is 48 dB: rounding in another order stays well above. */
    private static final double LEAST_PSNR = 50;

    /** Two versions of the same image are to differ more than rounding could explain. */
    private static final double MOST_NEIGHBOUR_PSNR = 45;

    private final FleetHttp fleet;
    private final CompletionPoller ends;
    private final Duration patience;
    private final List<Double> psnrs = new ArrayList<>();
    private final List<Double> neighbourPsnrs = new ArrayList<>();
    private final List<String> wrong = new ArrayList<>();

    /**
     * @param compared images that were drawn again
     * @param identical of those, byte by byte
     * @param worstPsnr of the others, in decibels; null if there are none
     * @param neighbours images that were drawn with the version before
     * @param nearestNeighbourPsnr of those, in decibels; null if there are none
     * @param wrong what must not be, in sentences
     */
    public record Result(
            int compared,
            int identical,
            @Nullable Double worstPsnr,
            int neighbours,
            @Nullable Double nearestNeighbourPsnr,
            List<String> wrong) {
        public boolean passed() {
            return wrong.isEmpty();
        }

        String text() {
            List<String> lines = new ArrayList<>();
            lines.add(compared + " images drawn again alone: " + identical + " identical, " + (compared - identical)
                    + " not" + (worstPsnr == null ? "" : String.format(Locale.ROOT, ", the worst %.1f dB", worstPsnr)));
            if (nearestNeighbourPsnr != null) {
                lines.add(String.format(
                        Locale.ROOT,
                        "%d drawn with the version before: %.1f dB at most",
                        neighbours,
                        nearestNeighbourPsnr));
            }
            wrong.forEach(sentence -> lines.add("WRONG: " + sentence));
            return String.join(System.lineSeparator(), lines);
        }
    }

    /** @param patience with one request */
    public ImageCheck(FleetHttp fleet, Duration patience) {
        this.fleet = fleet;
        this.ends = new CompletionPoller(fleet);
        this.patience = patience;
    }

    /**
     * @param most images to check, evenly over the run; null checks all
     * @param neighbours how many of those to draw with the version before, at most
     * @param progress told after each how many are done
     */
    public Result check(Run run, @Nullable Integer most, int neighbours, IntConsumer progress) {
        List<Served> served = run.outcomes().stream()
                .filter(Served.class::isInstance)
                .map(Served.class::cast)
                .toList();
        List<Served> checked = evenly(served, most == null ? served.size() : most);
        for (int i = 0; i < checked.size(); i++) {
            check(checked.get(i));
            progress.accept(i + 1);
        }
        List<Served> later = checked.stream()
                .filter(one -> versionBefore(one.state().adapter()) != null)
                .toList();
        evenly(later, neighbours).forEach(this::checkNeighbour);
        List<Double> differing =
                psnrs.stream().filter(psnr -> psnr < Double.POSITIVE_INFINITY).toList();
        return new Result(
                psnrs.size(),
                psnrs.size() - differing.size(),
                differing.stream().min(Double::compare).orElse(null),
                neighbourPsnrs.size(),
                neighbourPsnrs.stream().max(Double::compare).orElse(null),
                List.copyOf(wrong));
    }

    private static List<Served> evenly(List<Served> all, int most) {
        int count = Math.min(most, all.size());
        return IntStream.range(0, count)
                .mapToObj(i -> all.get((int) ((long) i * all.size() / count)))
                .toList();
    }

    private void check(Served served) {
        String id = served.state().id();
        String pinned = served.state().adapter();
        String asked = served.request().adapter();
        if (!isVersionOf(asked, pinned)) {
            wrong.add(id + ": expected a version of adapter " + asked + ", its generation names " + pinned);
        }
        for (double psnr : compare(served, pinned, "when drawn again")) {
            if (psnr < LEAST_PSNR) {
                wrong.add(String.format(
                        Locale.ROOT, "%s: expected at least %s dB when drawn again, found %.1f", id, LEAST_PSNR, psnr));
            }
            psnrs.add(psnr);
        }
    }

    private void checkNeighbour(Served served) {
        String before = versionBefore(served.state().adapter());
        for (double psnr : compare(served, before, "with " + before)) {
            if (psnr > MOST_NEIGHBOUR_PSNR) {
                wrong.add(String.format(
                        Locale.ROOT,
                        "%s: expected at most %s dB with %s, found %.1f",
                        served.state().id(),
                        MOST_NEIGHBOUR_PSNR,
                        before,
                        psnr));
            }
            neighbourPsnrs.add(psnr);
        }
    }

    /** @return how near its images come to those with that adapter, in decibels; infinite if they are the same */
    private List<Double> compare(Served served, @Nullable String adapter, String how) {
        GenerationState other = await(draw(served.request().withAdapter(adapter)));
        if (!other.succeeded()) {
            wrong.add(served.state().id() + ": expected an image " + how + ", found " + other.reason());
            return List.of();
        }
        List<Double> those = new ArrayList<>();
        for (int i = 0; i < served.state().images().size(); i++) {
            byte[] first = image(served.state(), i, served.state().adapter());
            byte[] second = image(other, i, adapter);
            those.add(Arrays.equals(first, second) ? Double.POSITIVE_INFINITY : PngReader.psnr(first, second));
        }
        return those;
    }

    /** @return {@code NAME@VERSION} of the version before; null if there is none */
    private static @Nullable String versionBefore(@Nullable String pinned) {
        if (pinned == null) {
            return null;
        }
        int at = pinned.indexOf('@');
        int version = Integer.parseInt(pinned.substring(at + 1));
        return version > 1 ? pinned.substring(0, at + 1) + (version - 1) : null;
    }

    private static boolean isVersionOf(@Nullable String asked, @Nullable String pinned) {
        return asked == null || pinned == null
                ? Objects.equals(asked, pinned)
                : pinned.equals(asked) || pinned.startsWith(asked + "@");
    }

    private CompletableFuture<GenerationState> draw(TracedRequest request) {
        return fleet.submit(request).thenCompose(submission -> {
            if (submission instanceof Submission.Accepted accepted) {
                return ends.of(accepted.id());
            }
            throw new BenchException("expected to draw an image again, and the gateway refused: "
                    + ((Submission.Refused) submission).reason());
        });
    }

    /** @return the PNG */
    private byte[] image(GenerationState state, int index, @Nullable String expectedAdapter) {
        byte[] png = await(fleet.image(state.images().get(index)));
        String found = PngReader.adapter(png);
        if (!Objects.equals(found, expectedAdapter)) {
            wrong.add(state.id() + ": expected an image with adapter " + expectedAdapter + ", it says " + found);
        }
        return png;
    }

    private <T> T await(CompletableFuture<T> response) {
        try {
            return response.orTimeout(patience.toSeconds(), TimeUnit.SECONDS).join();
        } catch (CompletionException e) {
            throw e.getCause() instanceof BenchException known
                    ? known
                    : new BenchException("while an image was drawn again: " + e.getCause());
        }
    }
}
