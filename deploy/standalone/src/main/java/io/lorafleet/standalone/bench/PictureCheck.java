package io.lorafleet.standalone.bench;

import io.lorafleet.standalone.bench.FleetHttp.Submission;
import io.lorafleet.standalone.bench.LoadGenerator.Run;
import io.lorafleet.standalone.bench.Outcome.Served;
import java.time.Duration;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Objects;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.TimeUnit;
import java.util.function.IntConsumer;

/**
 * Whether pictures are what they would be without the others: each is drawn again while nothing else is asked, from the
 * same seed and with the same version of the adapter. And whether a picture says of itself that it was drawn with the
 * adapter that its generation names.
 */
public final class PictureCheck {
    /** A difference of about one level in 255 on every pixel is 48 dB: rounding in another order stays well above. */
    private static final double LEAST_PSNR = 50;

    private final FleetHttp fleet;
    private final Followers followers;
    private final Duration patience;
    private final List<Double> psnrs = new ArrayList<>();
    private final List<String> wrong = new ArrayList<>();

    /**
     * @param compared pictures that were drawn again
     * @param identical of those, byte by byte
     * @param worstPsnr of the others, in decibels; null if there are none
     * @param wrong what must not be, in sentences
     */
    public record Result(int compared, int identical, Double worstPsnr, List<String> wrong) {
        public boolean passed() {
            return wrong.isEmpty();
        }

        String text() {
            List<String> lines = new ArrayList<>();
            lines.add(compared + " pictures drawn again alone: " + identical + " identical, " + (compared - identical)
                    + " not" + (worstPsnr == null ? "" : String.format(Locale.ROOT, ", the worst %.1f dB", worstPsnr)));
            wrong.forEach(sentence -> lines.add("WRONG: " + sentence));
            return String.join(System.lineSeparator(), lines);
        }
    }

    /** @param patience with one request */
    public PictureCheck(FleetHttp fleet, InstantSource clock, Duration patience) {
        this.fleet = fleet;
        this.followers = new Followers(fleet, clock, 1);
        this.patience = patience;
    }

    /**
     * @param most pictures to check, evenly over the run; null checks all
     * @param progress told after each how many are done
     */
    public Result check(Run run, Integer most, IntConsumer progress) {
        List<Served> served = run.outcomes().stream()
                .filter(Served.class::isInstance)
                .map(Served.class::cast)
                .toList();
        int checked = most == null ? served.size() : Math.min(most, served.size());
        for (int i = 0; i < checked; i++) {
            check(served.get((int) ((long) i * served.size() / checked)));
            progress.accept(i + 1);
        }
        List<Double> differing =
                psnrs.stream().filter(psnr -> psnr < Double.POSITIVE_INFINITY).toList();
        return new Result(
                psnrs.size(),
                psnrs.size() - differing.size(),
                differing.stream().min(Double::compare).orElse(null),
                List.copyOf(wrong));
    }

    private void check(Served served) {
        String id = served.state().id();
        String pinned = served.state().adapter();
        String asked = served.request().adapter();
        if (!isVersionOf(asked, pinned)) {
            wrong.add(id + ": expected a version of adapter " + asked + ", its generation names " + pinned);
        }
        GenerationState again = await(drawAgain(served.request().withAdapter(pinned)));
        if (!again.succeeded()) {
            wrong.add(id + ": expected a picture when drawn again, found " + again.reason());
            return;
        }
        for (int i = 0; i < served.state().images().size(); i++) {
            byte[] first = picture(served.state(), i, pinned);
            byte[] second = picture(again, i, pinned);
            double psnr = Arrays.equals(first, second) ? Double.POSITIVE_INFINITY : Png.psnr(first, second);
            if (psnr < LEAST_PSNR) {
                wrong.add(id + ": expected at least " + LEAST_PSNR + " dB when drawn again, found "
                        + String.format(Locale.ROOT, "%.1f", psnr));
            }
            psnrs.add(psnr);
        }
    }

    private static boolean isVersionOf(String asked, String pinned) {
        return asked == null || pinned == null
                ? Objects.equals(asked, pinned)
                : pinned.equals(asked) || pinned.startsWith(asked + "@");
    }

    private CompletableFuture<GenerationState> drawAgain(TracedRequest request) {
        return fleet.submit(request).thenCompose(submission -> {
            if (submission instanceof Submission.Accepted accepted) {
                String id = accepted.state().id();
                return followers.follow(id).thenCompose(end -> fleet.state(id));
            }
            throw new BenchException("expected to draw a picture again, and the gateway refused: "
                    + ((Submission.Refused) submission).reason());
        });
    }

    /** @return the PNG */
    private byte[] picture(GenerationState state, int index, String expectedAdapter) {
        byte[] png = await(fleet.picture(state.images().get(index)));
        String found = Png.adapter(png);
        if (!Objects.equals(found, expectedAdapter)) {
            wrong.add(state.id() + ": expected a picture with adapter " + expectedAdapter + ", it says " + found);
        }
        return png;
    }

    private <T> T await(CompletableFuture<T> answer) {
        try {
            return answer.orTimeout(patience.toSeconds(), TimeUnit.SECONDS).join();
        } catch (CompletionException e) {
            throw e.getCause() instanceof BenchException known
                    ? known
                    : new BenchException("while a picture was drawn again: " + e.getCause());
        }
    }
}
