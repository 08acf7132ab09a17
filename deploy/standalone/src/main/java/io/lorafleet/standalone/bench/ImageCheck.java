// SPDX-License-Identifier: Apache-2.0
package io.lorafleet.standalone.bench;

import io.lorafleet.standalone.FleetException;
import io.lorafleet.standalone.bench.LoadGenerator.Run;
import io.lorafleet.standalone.bench.RequestOutcome.Served;
import io.lorafleet.standalone.client.GatewayClient;
import io.lorafleet.standalone.client.GenerationStatus;
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
 * Checks that images do not depend on other requests, by generating each image again while the fleet is idle, with the
 * same seed and adapter version. It also checks that each image's metadata names the adapter version that generated the
 * image.
 *
 * <p>If versions were published during the run, some images are also generated with the previous version. These images
 * must differ from those of the run; otherwise, the comparison could not detect a wrong version.
 */
public final class ImageCheck {
    /** If every pixel differs by one level out of 255, the PSNR is 48 dB. Rounding differences are much smaller. */
    private static final double MIN_PSNR = 50;

    /** Images from two versions must differ by more than rounding errors. */
    private static final double MAX_NEIGHBOUR_PSNR = 45;

    private final GatewayClient gateway;
    private final CompletionPoller ends;
    private final Duration timeout;
    private final List<Double> psnrs = new ArrayList<>();
    private final List<Double> neighbourPsnrs = new ArrayList<>();
    private final List<String> wrong = new ArrayList<>();

    /**
     * @param compared the number of images generated again
     * @param identical the number of compared images that are byte-for-byte identical
     * @param worstPsnr the lowest PSNR of the other compared images, in decibels; null if all are identical
     * @param neighbours the number of images generated with the previous version
     * @param nearestNeighbourPsnr the highest PSNR between one of these images and the image from the run, in decibels;
     *     null if there are none
     * @param wrong one sentence for each error
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
            lines.add(compared + " images generated again: " + identical + " identical, " + (compared - identical)
                    + " different"
                    + (worstPsnr == null ? "" : String.format(Locale.ROOT, ", lowest PSNR %.1f dB", worstPsnr)));
            if (nearestNeighbourPsnr != null) {
                lines.add(String.format(
                        Locale.ROOT,
                        "%d generated with the previous version: highest PSNR %.1f dB",
                        neighbours,
                        nearestNeighbourPsnr));
            }
            wrong.forEach(sentence -> lines.add("ERROR: " + sentence));
            return String.join(System.lineSeparator(), lines);
        }
    }

    /** @param timeout maximum time to wait for one image */
    public ImageCheck(GatewayClient gateway, Duration timeout) {
        this.gateway = gateway;
        this.ends = new CompletionPoller(gateway);
        this.timeout = timeout;
    }

    /**
     * @param most maximum number of images to check, spaced evenly across the run; null for all images
     * @param neighbours maximum number of images to generate with the previous version
     * @param progress receives the number of checked images
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
                .filter(one -> previousVersion(one.adapter()) != null)
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
        String id = served.status().id();
        String pinned = served.adapter();
        String asked = served.request().adapter();
        if (!isVersionOf(asked, pinned)) {
            wrong.add(id + ": expected a version of adapter " + asked + ", found " + pinned);
        }
        for (double psnr : compare(served, pinned, "when generated again")) {
            if (psnr < MIN_PSNR) {
                wrong.add(String.format(
                        Locale.ROOT,
                        "%s: expected a PSNR of at least %s dB when generated again, found %.1f dB",
                        id,
                        MIN_PSNR,
                        psnr));
            }
            psnrs.add(psnr);
        }
    }

    private void checkNeighbour(Served served) {
        String before = previousVersion(served.adapter());
        for (double psnr : compare(served, before, "with " + before)) {
            if (psnr > MAX_NEIGHBOUR_PSNR) {
                wrong.add(String.format(
                        Locale.ROOT,
                        "%s: expected a PSNR of at most %s dB with %s, found %.1f dB",
                        served.status().id(),
                        MAX_NEIGHBOUR_PSNR,
                        before,
                        psnr));
            }
            neighbourPsnrs.add(psnr);
        }
    }

    /**
     * @return the PSNR between each image and the image generated with the adapter, in decibels; infinite if they are
     *     identical
     */
    private List<Double> compare(Served served, @Nullable String adapter, String how) {
        GenerationStatus other = await(generate(served.request().withAdapter(adapter)));
        if (!other.isSucceeded()) {
            wrong.add(served.status().id() + ": expected an image " + how + ", found " + LoadGenerator.reason(other));
            return List.of();
        }
        List<Double> those = new ArrayList<>();
        for (int i = 0; i < served.status().images().size(); i++) {
            byte[] first = image(served.status(), i, served.adapter());
            byte[] second = image(other, i, adapter);
            those.add(Arrays.equals(first, second) ? Double.POSITIVE_INFINITY : PngReader.psnr(first, second));
        }
        return those;
    }

    /** @return {@code NAME@VERSION} of the previous version, or null */
    private static @Nullable String previousVersion(@Nullable String pinned) {
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

    private CompletableFuture<GenerationStatus> generate(TracedRequest request) {
        return gateway.submit(request.body()).thenCompose(accepted -> ends.of(accepted.id()));
    }

    /** @return the PNG */
    private byte[] image(GenerationStatus status, int index, @Nullable String expectedAdapter) {
        byte[] png = await(gateway.imageAsync(status.images().get(index)));
        String found = PngReader.adapter(png);
        if (!Objects.equals(found, expectedAdapter)) {
            wrong.add(status.id() + ": expected the image's adapter to be " + expectedAdapter + ", found " + found);
        }
        return png;
    }

    private <T> T await(CompletableFuture<T> response) {
        try {
            return response.orTimeout(timeout.toSeconds(), TimeUnit.SECONDS).join();
        } catch (CompletionException e) {
            throw e.getCause() instanceof FleetException known
                    ? known
                    : new FleetException("cannot generate an image again: " + e.getCause());
        }
    }
}
