// SPDX-License-Identifier: Apache-2.0
package io.lorafleet.gateway.generation.admission;

import io.lorafleet.gateway.FieldChecks;
import io.lorafleet.gateway.GatewayConfig.Limits;
import io.lorafleet.gateway.model.Pool;
import io.lorafleet.images.BadImageException;
import io.lorafleet.images.CheckedImage;
import io.lorafleet.messages.PinnedControlNet;
import io.lorafleet.messages.generation.AppliedControlNet;
import io.lorafleet.messages.generation.GenerateImage;
import io.lorafleet.storage.Sha256;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/** Checks the ControlNets of a request and their condition images, and pins the ControlNets that the pool has. */
final class ControlFields {
    private static final double DEFAULT_SCALE = 1;

    private final Pool pool;
    private final int evaluations;
    private final Limits limits;
    private final FieldChecks checks;
    /** Limit of the next file: all image files of a request together are limited like a single init image. */
    private int bytesLeft;

    /**
     * @param evaluations number of model evaluations of each image
     * @param bytesLeft maximum size of the condition images together
     * @param checks collects the invalid fields
     */
    ControlFields(Pool pool, int evaluations, int bytesLeft, Limits limits, FieldChecks checks) {
        this.pool = pool;
        this.evaluations = evaluations;
        this.bytesLeft = bytesLeft;
        this.limits = limits;
        this.checks = checks;
    }

    /** @return the number of ControlNets in the request that the workers of the pool do not have */
    static long missing(GenerationRequest body, Pool pool) {
        return body.controls() == null
                ? 0
                : body.controls().stream()
                        .filter(control -> control != null && find(pool, control.name()) == null)
                        .count();
    }

    private static @Nullable PinnedControlNet find(Pool pool, @Nullable String name) {
        return pool.controlNets().stream()
                .filter(each -> each.name().equals(name))
                .findFirst()
                .orElse(null);
    }

    /** @return the valid ControlNets, in the order of the request */
    List<ControlFile> of(GenerationRequest body) {
        List<@Nullable RequestedControl> requested = body.controls() == null ? List.of() : body.controls();
        if (requested.size() > GenerateImage.MAX_CONTROLS) {
            checks.refuse("controls", "at most " + GenerateImage.MAX_CONTROLS, requested.size());
            return List.of();
        }
        List<ControlFile> files = new ArrayList<>();
        for (int i = 0; i < requested.size(); i++) {
            RequestedControl control = requested.get(i);
            ControlFile file = control == null ? none(i) : file("controls[" + i + "]", control);
            if (file != null) {
                files.add(file);
            }
        }
        return files;
    }

    private @Nullable ControlFile none(int index) {
        checks.refuse("controls[" + index + "]", "an object", "none");
        return null;
    }

    private @Nullable ControlFile file(String place, RequestedControl control) {
        PinnedControlNet net = controlNet(place + ".name", control.name());
        CheckedImage image = image(place + ".image", control.image());
        double scale = checks.number(place + ".scale", 0, AppliedControlNet.MAX_SCALE, control.scale(), DEFAULT_SCALE);
        double start = checks.number(place + ".start", 0, 1, control.start(), 0);
        double end = checks.number(place + ".end", 0, 1, control.end(), 1);
        if (net == null || image == null) {
            return null;
        }
        String sha256 = Sha256.of(image.file());
        AppliedControlNet applied = start < end ? new AppliedControlNet(net, sha256, scale, start, end) : null;
        if (applied == null || applied.firstEvaluation(evaluations) >= applied.endEvaluation(evaluations)) {
            checks.refuse(
                    place + ".end",
                    "an interval from start to end with at least one of " + evaluations + " model evaluations",
                    start + " to " + end);
            return null;
        }
        return new ControlFile(place + ".image", image, applied);
    }

    private @Nullable PinnedControlNet controlNet(String field, @Nullable String name) {
        PinnedControlNet net = find(pool, name);
        if (net == null) {
            String expected = pool.controlNets().isEmpty()
                    ? "no ControlNet, because the workers of " + pool.base().name() + " have none"
                    : "one of "
                            + pool.controlNets().stream()
                                    .map(PinnedControlNet::name)
                                    .collect(Collectors.joining(", "));
            checks.refuse(field, expected, name == null ? "none" : name);
        }
        return net;
    }

    private @Nullable CheckedImage image(String field, @Nullable String text) {
        if (text == null) {
            checks.refuse(field, ImageFileReader.EXPECTED, "none");
            return null;
        }
        try {
            CheckedImage image = new ImageFileReader(bytesLeft, limits.maxInitImagePixels()).read(text);
            bytesLeft -= image.file().length;
            return image;
        } catch (BadImageException e) {
            checks.refuse(field, e.expected(), e.found());
            return null;
        }
    }
}
