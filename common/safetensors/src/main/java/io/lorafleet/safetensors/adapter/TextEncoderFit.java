// SPDX-License-Identifier: Apache-2.0
package io.lorafleet.safetensors.adapter;

import io.lorafleet.safetensors.SafetensorsHeader.Tensor;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Compares an adapter's updates of the text encoders with a base of which only sizes are known, so that an upload for the
 * wrong base is refused. The worker that loads the file compares it with all weights.
 */
public final class TextEncoderFit {
    private static final List<ModelPart> PARTS = List.of(ModelPart.TEXT_ENCODER, ModelPart.TEXT_ENCODER_2);
    /** The number of a layer, and the name of the weight in it. */
    private static final Pattern LAYER = Pattern.compile("(?:text_model[._])?encoder[._]layers[._](\\d+)[._](.+)");

    private TextEncoderFit() {}

    /** The sizes of a text encoder. @param chunk number of tokens of a prompt that it takes at once */
    public record Size(int width, int layers, int chunk) {
        @Override
        public String toString() {
            return "width " + width + ", " + layers + " layers";
        }
    }

    /**
     * @param file tensors in the header of the adapter's file
     * @param base text encoders of the base
     * @throws BadAdapterException if the updates do not fit; the message gives all reasons
     */
    public static void require(AdapterContents contents, Map<String, Tensor> file, List<Size> base)
            throws BadAdapterException {
        Examples misfits = new Examples();
        for (LayerUpdate layer : contents.layers()) {
            int encoder = PARTS.indexOf(layer.part());
            if (encoder >= base.size()) {
                misfits.count("layers of a " + layer.part().folder() + ", which the base does not have", layer.layer());
            } else if (encoder >= 0) {
                Size size = base.get(encoder);
                misfit(layer, file, size)
                        .ifPresent(why -> misfits.count(
                                "layers that do not fit the base's "
                                        + layer.part().folder() + " (" + size + ")",
                                layer.layer() + " (" + why + ")"));
            }
        }
        if (!misfits.reasons().isEmpty()) {
            throw new BadAdapterException(misfits.reasons());
        }
    }

    private static Optional<String> misfit(LayerUpdate update, Map<String, Tensor> file, Size size) {
        Matcher matcher = LAYER.matcher(update.layer());
        boolean inLayer = matcher.matches();
        if (inLayer && isBeyond(size.layers(), matcher.group(1))) {
            return Optional.of("expected layers 0 to " + (size.layers() - 1) + ", found " + matcher.group(1));
        }
        String weight = inLayer ? matcher.group(2) : update.layer();
        List<String> reasons = new ArrayList<>();
        if (!weight.endsWith("fc2")) {
            compare("inputs", size.width(), side(update, file, 1), reasons);
        }
        if (inLayer && !weight.endsWith("fc1")) {
            compare("outputs", size.width(), side(update, file, 0), reasons);
        }
        return reasons.isEmpty() ? Optional.empty() : Optional.of(String.join(", ", reasons));
    }

    private static boolean isBeyond(int layers, String number) {
        return number.length() > 9 || Integer.parseInt(number) >= layers;
    }

    private static void compare(String what, long expected, OptionalLong found, List<String> reasons) {
        if (found.isPresent() && found.getAsLong() != expected) {
            reasons.add("expected " + expected + " " + what + ", found " + found.getAsLong());
        }
    }

    /**
     * @param dimension 0 for the outputs, 1 for the inputs
     * @return the size of the weight that the update changes; empty if the update has a kernel, which no layer of a text
     *     encoder has
     */
    private static OptionalLong side(LayerUpdate update, Map<String, Tensor> file, int dimension) {
        boolean outputs = dimension == 0;
        boolean hasKernel =
                update.tensors().keySet().stream().anyMatch(List.of(Role.MID, Role.HADA_T1, Role.LOKR_T2)::contains);
        if (hasKernel) {
            return OptionalLong.empty();
        }
        return OptionalLong.of(
                switch (update.method()) {
                    case LORA -> shape(update, file, outputs ? Role.B : Role.A)[dimension];
                    case LOHA -> shape(update, file, outputs ? Role.HADA_W1_A : Role.HADA_W1_B)[dimension];
                    case LOKR ->
                        shape(update, file, Role.LOKR_W1, outputs ? Role.LOKR_W1_A : Role.LOKR_W1_B)[dimension]
                                * shape(update, file, Role.LOKR_W2, outputs ? Role.LOKR_W2_A : Role.LOKR_W2_B)[
                                        dimension];
                });
    }

    /** @return the shape of the tensor with the first of these roles that the update has */
    private static long[] shape(LayerUpdate update, Map<String, Tensor> file, Role... roles) {
        for (Role role : roles) {
            Optional<String> name = update.tensor(role);
            if (name.isPresent()) {
                return Objects.requireNonNull(file.get(name.get()), "not in the file")
                        .shape();
            }
        }
        throw new IllegalStateException("no tensor with one of the roles " + List.of(roles));
    }
}
