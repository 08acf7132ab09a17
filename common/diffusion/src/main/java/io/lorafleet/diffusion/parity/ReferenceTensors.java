// SPDX-License-Identifier: Apache-2.0
package io.lorafleet.diffusion.parity;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.DataType;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.type.TypeReference;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.lorafleet.diffusion.weights.ModelFileException;
import io.lorafleet.diffusion.weights.Safetensors;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** A file of reference tensors, with methods that compare outputs with them. */
public final class ReferenceTensors {
    private final Safetensors file;
    private final Set<String> used = new HashSet<>();

    public ReferenceTensors(Safetensors file) {
        this.file = file;
    }

    public boolean has(String tensor) {
        return file.names().contains(tensor);
    }

    public List<String> names() {
        return file.names().stream().sorted().toList();
    }

    /** @return the names of the tensors that were neither read nor compared, so that missing checks can be reported */
    public List<String> unused() {
        return names().stream().filter(name -> !used.contains(name)).toList();
    }

    /** @return the tensor as float32, owned by the manager */
    public NDArray read(String tensor, NDManager owner) {
        used.add(tensor);
        return file.read(tensor, DataType.FLOAT32, owner);
    }

    boolean hasMetadata(String key) {
        return file.metadata().containsKey(key);
    }

    public String metadata(String key) {
        String value = file.metadata().get(key);
        if (value == null) {
            throw new ModelFileException(file.name() + ": metadata: expected '" + key + "', found none");
        }
        return value;
    }

    /** @return a metadata value, parsed as a JSON array of strings */
    List<String> list(String key) {
        try {
            return new ObjectMapper().readValue(metadata(key), new TypeReference<List<String>>() {});
        } catch (JsonProcessingException e) {
            throw new ModelFileException(
                    file.name() + ": metadata: " + key + ": expected a JSON array of strings, found another value", e);
        }
    }

    /** @return a metadata value, parsed as a JSON object with the components of the record */
    <T> T object(String key, Class<T> type) {
        try {
            return new ObjectMapper().readValue(metadata(key), type);
        } catch (JsonProcessingException e) {
            throw new ModelFileException(
                    file.name() + ": metadata: " + key + ": expected " + type.getSimpleName() + ", found another value",
                    e);
        }
    }

    /**
     * An adapter of a row, with its scale. In JSON, an object with both.
     *
     * @param triggerWord word in the prompt that an embedding's vectors replace; null for other adapters
     */
    record Scaled(String adapter, double scale, @Nullable String triggerWord) {}

    /** @return a metadata value, parsed as a JSON object: for each batch, the adapters of each row */
    Map<String, List<List<Scaled>>> batches(String key) {
        try {
            return new ObjectMapper().readValue(metadata(key), new TypeReference<Map<String, List<List<Scaled>>>>() {});
        } catch (JsonProcessingException e) {
            throw new ModelFileException(
                    file.name() + ": metadata: " + key + ": expected the adapters of each row of each batch, found"
                            + " another value",
                    e);
        }
    }

    /** @return the tensor's values, converted to double */
    public double[] doubles(String tensor) {
        try (NDManager scope = NDManager.newBaseManager();
                NDArray numbers = read(tensor, scope)) {
            return numbers.toType(DataType.FLOAT64, false).toDoubleArray();
        }
    }

    /** @return the values as a one-dimensional float32 array */
    static NDArray row(double[] numbers, NDManager scope) {
        return scope.create(numbers).toType(DataType.FLOAT32, false);
    }

    /** Compares an output with the reference tensor of the same name. */
    public ParityResult compare(String tensor, NDArray out) {
        return compare(tensor, tensor, out);
    }

    /** @param label name in the result @param tensor name of the reference @param out computed output */
    public ParityResult compare(String label, String tensor, NDArray out) {
        try (NDManager scope = out.getManager().newSubManager()) {
            NDArray reference = read(tensor, scope);
            if (!reference.getShape().equals(out.getShape())) {
                return new ParityResult.Skipped(
                        label, "expected shape " + reference.getShape() + ", found " + out.getShape());
            }
            return new ParityResult.Compared(
                    label, relativeError(out.toType(DataType.FLOAT32, true), reference), false);
        }
    }

    /** Compares integers, which must be equal. */
    ParityResult compareExactly(String tensor, long[] out) {
        try (NDManager scope = NDManager.newBaseManager()) {
            used.add(tensor);
            long[] reference = file.read(tensor, DataType.INT64, scope).toLongArray();
            long differ = Math.abs(reference.length - out.length);
            for (int i = 0; i < Math.min(reference.length, out.length); i++) {
                differ += reference[i] == out[i] ? 0 : 1;
            }
            return new ParityResult.Compared(tensor, (double) differ / reference.length, true);
        }
    }

    private static double relativeError(NDArray out, NDArray reference) {
        float[] a = out.toFloatArray();
        float[] b = reference.toFloatArray();
        double difference = 0;
        double norm = 0;
        for (int i = 0; i < a.length; i++) {
            difference += ((double) a[i] - b[i]) * ((double) a[i] - b[i]);
            norm += (double) b[i] * b[i];
        }
        return Math.sqrt(difference) / Math.sqrt(norm);
    }
}
