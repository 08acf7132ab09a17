// SPDX-License-Identifier: Apache-2.0
package io.lorafleet.safetensors.adapter;

import io.lorafleet.safetensors.SafetensorsHeader.Tensor;
import java.util.Arrays;
import java.util.EnumMap;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;

/**
 * The tensors of one layer in an adapter file, whose shapes fit together.
 *
 * @param part part of the model that has the layer
 * @param layer name of the layer, as in the file
 * @param method form of the update
 * @param rank rank r, by which alpha is divided
 * @param tensors names of the tensors, by role
 */
public record LayerUpdate(ModelPart part, String layer, Method method, int rank, Map<Role, String> tensors) {
    public LayerUpdate {
        tensors = Map.copyOf(tensors);
    }

    /** @return the name of the tensor; empty if the layer has none with this role */
    public Optional<String> tensor(Role role) {
        return Optional.ofNullable(tensors.get(role));
    }

    /** @throws Mismatch if a tensor is missing, or the shapes do not fit together */
    static LayerUpdate of(ModelPart part, String layer, Map<Role, String> names, Map<String, Tensor> file)
            throws Mismatch {
        Map<Role, long[]> shapes = new EnumMap<>(Role.class);
        names.forEach((role, name) -> shapes.put(
                role, Objects.requireNonNull(file.get(name), "not in the file").shape()));
        return new Reader(shapes).read(part, layer, names);
    }

    /** A missing tensor, or one with an unexpected shape. */
    static final class Mismatch extends Exception {
        private static final long serialVersionUID = 1L;

        Mismatch(String message) {
            super(message);
        }
    }

    /** Checks the shapes of one layer's tensors. */
    private record Reader(Map<Role, long[]> shapes) {

        LayerUpdate read(ModelPart part, String layer, Map<Role, String> names) throws Mismatch {
            Set<Method> methods = new TreeSet<>();
            shapes.keySet().stream().map(Role::method).filter(Objects::nonNull).forEach(methods::add);
            if (methods.size() != 1) {
                throw new Mismatch("expected the factors of one update, found " + methods);
            }
            Method method = methods.iterator().next();
            long rank = switch (method) {
                case LORA -> lora();
                case LOHA -> loha();
                case LOKR -> lokr();
            };
            if (shapes.containsKey(Role.ALPHA) && size(Role.ALPHA) != 1) {
                throw wrong(Role.ALPHA, "one number");
            }
            require(rank >= 1 && rank <= Integer.MAX_VALUE, "a rank of at least 1, found " + rank);
            return new LayerUpdate(part, layer, method, (int) rank, names);
        }

        private long lora() throws Mismatch {
            long rank = side(Role.A, 0);
            require(side(Role.B, 1) == rank, Role.B.label() + " with " + rank + " columns, found " + text(Role.B));
            if (shapes.containsKey(Role.MID)) {
                kernel(Role.MID, rank);
            }
            magnitude(side(Role.B, 0));
            return rank;
        }

        private long loha() throws Mismatch {
            hadamardHalf(Role.HADA_W1_A, Role.HADA_W1_B, Role.HADA_T1);
            hadamardHalf(Role.HADA_W2_A, Role.HADA_W2_B, Role.HADA_T2);
            boolean withKernel = shapes.containsKey(Role.HADA_T1);
            require(
                    withKernel == shapes.containsKey(Role.HADA_T2),
                    "both hada_t1 and hada_t2 or neither, found " + (withKernel ? "no hada_t2" : "no hada_t1"));
            int outputs = withKernel ? 1 : 0;
            long out = side(Role.HADA_W1_A, outputs);
            require(
                    side(Role.HADA_W2_A, outputs) == out,
                    "hada_w2_a with " + out + " output channels, found " + text(Role.HADA_W2_A));
            magnitude(out);
            return side(Role.HADA_W1_B, 0);
        }

        private void hadamardHalf(Role a, Role b, Role kernel) throws Mismatch {
            long rank = side(b, 0);
            if (shapes.containsKey(kernel)) {
                require(side(a, 0) == rank, a.label() + " with " + rank + " rows, found " + text(a));
                kernel(kernel, rank);
            } else {
                require(side(a, 1) == rank, a.label() + " with " + rank + " columns, found " + text(a));
            }
        }

        private long lokr() throws Mismatch {
            long rank = 1;
            long out;
            if (shapes.containsKey(Role.LOKR_W1)) {
                out = side(Role.LOKR_W1, 0);
            } else {
                rank = side(Role.LOKR_W1_B, 0);
                out = side(Role.LOKR_W1_A, 0);
                require(
                        side(Role.LOKR_W1_A, 1) == rank,
                        "lokr_w1_a with " + rank + " columns, found " + text(Role.LOKR_W1_A));
            }
            if (shapes.containsKey(Role.LOKR_W2)) {
                out *= side(Role.LOKR_W2, 0);
            } else {
                boolean withKernel = shapes.containsKey(Role.LOKR_T2);
                rank = side(Role.LOKR_W2_B, 0);
                require(
                        side(Role.LOKR_W2_A, withKernel ? 0 : 1) == rank,
                        "lokr_w2_a of rank " + rank + ", found " + text(Role.LOKR_W2_A));
                if (withKernel) {
                    kernel(Role.LOKR_T2, rank);
                }
                out *= side(Role.LOKR_W2_A, withKernel ? 1 : 0);
            }
            magnitude(out);
            return rank;
        }

        private void kernel(Role role, long rank) throws Mismatch {
            require(
                    shape(role).length == 4 && side(role, 0) == rank && side(role, 1) == rank,
                    role.label() + " of shape [" + rank + ", " + rank + ", k, k], found " + text(role));
        }

        /**
         * Older versions of LyCORIS store one norm for each input channel, (1, in), which scales the layer's input
         * instead of its output.
         */
        private void magnitude(long out) throws Mismatch {
            long[] shape = shapes.get(Role.MAGNITUDE);
            if (shape == null) {
                return;
            }
            boolean column = shape.length > 0 && shape[0] == out;
            boolean convolutionOfPeft = shape.length == 4 && shape[0] == 1 && shape[1] == out;
            require(
                    size(Role.MAGNITUDE) == out && (column || convolutionOfPeft),
                    Role.MAGNITUDE.label() + " with one number for each of the " + out + " output channels, found "
                            + text(Role.MAGNITUDE));
        }

        private long[] shape(Role role) throws Mismatch {
            long[] shape = shapes.get(role);
            if (shape == null) {
                throw new Mismatch("expected all factors, found no " + role.label());
            }
            return shape;
        }

        private long side(Role role, int dimension) throws Mismatch {
            long[] shape = shape(role);
            if (shape.length < 2 || Arrays.stream(shape).anyMatch(each -> each < 1)) {
                throw wrong(role, "two or more dimensions, none of them 0");
            }
            return shape[dimension];
        }

        private long size(Role role) throws Mismatch {
            return Arrays.stream(shape(role)).reduce(1, (product, each) -> product * each);
        }

        private Mismatch wrong(Role role, String expected) throws Mismatch {
            return new Mismatch(role.label() + ": expected " + expected + ", found shape " + text(role));
        }

        private String text(Role role) throws Mismatch {
            return Arrays.toString(shape(role));
        }

        private static void require(boolean holds, String expected) throws Mismatch {
            if (!holds) {
                throw new Mismatch("expected " + expected);
            }
        }
    }
}
