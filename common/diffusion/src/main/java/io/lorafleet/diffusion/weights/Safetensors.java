// SPDX-License-Identifier: Apache-2.0
package io.lorafleet.diffusion.weights;

import ai.djl.Device;
import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.DataType;
import ai.djl.ndarray.types.Shape;
import io.lorafleet.safetensors.BadSafetensorsException;
import io.lorafleet.safetensors.SafetensorsHeader;
import io.lorafleet.safetensors.TensorType;
import java.io.BufferedInputStream;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.FloatBuffer;
import java.nio.IntBuffer;
import java.nio.channels.Channels;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Set;

/**
 * A safetensors file. Its tensors are read on demand.
 *
 * <p>Tensors are memory-mapped one by one. An array in the file's data type is backed by the mapped, read-only pages,
 * so the file must not be modified while a model is using it. Replacing the file by renaming another file over it is
 * safe.
 */
public final class Safetensors {
    private static final int CHECKED_AT_ONCE = 4096;
    private static final int INFINITY = Float.floatToRawIntBits(Float.POSITIVE_INFINITY);

    private final String name;
    private final SafetensorsHeader header;
    private final Source source;
    /** Names of the tensors whose rows and columns are exchanged when they are read. */
    private final Set<String> transposed;

    /**
     * A tensor of a file under another name.
     *
     * @param tensor name in the file
     * @param shape shape, which must have as many elements as the part
     * @param part index of the part, if the tensor's rows are divided into equal parts
     * @param parts number of parts
     * @param transposed whether rows and columns are exchanged; {@code shape} is the shape before that
     */
    public record View(String tensor, Shape shape, int part, int parts, boolean transposed) {
        public View {
            if (part < 0 || part >= parts || (transposed && (shape.dimension() != 2 || parts != 1))) {
                throw new IllegalArgumentException(
                        tensor + ": " + shape + ", part " + part + " of " + parts + ", transposed: " + transposed);
            }
        }
    }

    /** The source of the bytes after the header. */
    private interface Source {
        ByteBuffer bytes(long offset, long length) throws IOException;

        /** @return a view of the bytes */
        ByteBuffer view(long offset, int length) throws IOException;

        /** Fills the buffer with the bytes that start at the given offset. */
        void copy(long offset, ByteBuffer target) throws IOException;
    }

    private record MappedFile(Path file, long dataStart) implements Source {
        @Override
        public ByteBuffer bytes(long offset, long length) throws IOException {
            return map(file, dataStart + offset, length);
        }

        @Override
        public ByteBuffer view(long offset, int length) throws IOException {
            return bytes(offset, length);
        }

        @Override
        public void copy(long offset, ByteBuffer target) throws IOException {
            try (FileChannel channel = FileChannel.open(file, StandardOpenOption.READ)) {
                for (long position = dataStart + offset; target.hasRemaining(); ) {
                    int read = channel.read(target, position);
                    if (read < 0) {
                        throw new IOException("the file was truncated after it was opened");
                    }
                    position += read;
                }
            }
        }
    }

    private record Bytes(ByteBuffer all, int dataStart) implements Source {
        @Override
        public ByteBuffer bytes(long offset, long length) {
            ByteBuffer copy = ByteBuffer.allocateDirect((int) length);
            copy(offset, copy);
            return copy.flip();
        }

        @Override
        public ByteBuffer view(long offset, int length) {
            return all.slice(dataStart + (int) offset, length);
        }

        @Override
        public void copy(long offset, ByteBuffer target) {
            target.put(view(offset, target.remaining()));
        }
    }

    private Safetensors(String name, SafetensorsHeader header, Source source, Set<String> transposed) {
        this.name = name;
        this.header = header;
        this.source = source;
        this.transposed = transposed;
    }

    /** @throws ModelFileException if the file is missing or is not a valid safetensors file */
    public static Safetensors open(Path file) {
        try (FileChannel channel = FileChannel.open(file, StandardOpenOption.READ)) {
            SafetensorsHeader header = header(
                    file.toString(),
                    new BufferedInputStream(Channels.newInputStream(channel)),
                    channel.size(),
                    SafetensorsHeader.MAX_HEADER_BYTES);
            return new Safetensors(file.toString(), header, new MappedFile(file, header.dataStart()), Set.of());
        } catch (IOException e) {
            throw new ModelFileException(file + ": cannot be read: " + e, e);
        }
    }

    /**
     * @param name name in error messages
     * @param file file content, which is not copied
     * @throws ModelFileException if it is not a valid safetensors file
     */
    public static Safetensors of(String name, byte[] file) {
        return of(name, file, SafetensorsHeader.MAX_HEADER_BYTES);
    }

    /** Like {@link #of(String, byte[])}, with the lower limit on the header size that applies to adapter files. */
    public static Safetensors ofAdapter(String name, byte[] file) {
        return of(name, file, SafetensorsHeader.MAX_ADAPTER_HEADER_BYTES);
    }

    private static Safetensors of(String name, byte[] file, long maxHeaderBytes) {
        try {
            SafetensorsHeader header = header(name, new ByteArrayInputStream(file), file.length, maxHeaderBytes);
            return new Safetensors(name, header, new Bytes(ByteBuffer.wrap(file), header.dataStart()), Set.of());
        } catch (IOException e) {
            throw new UncheckedIOException("unexpected failure while reading from memory", e);
        }
    }

    private static SafetensorsHeader header(String name, InputStream file, long fileBytes, long maxHeaderBytes)
            throws IOException {
        try {
            long most = Math.max(0, fileBytes - Long.BYTES);
            SafetensorsHeader header = SafetensorsHeader.read(file, Math.min(most, maxHeaderBytes));
            header.requireFileOf(fileBytes);
            return header;
        } catch (BadSafetensorsException e) {
            throw new ModelFileException(name + ": " + e.getMessage(), e);
        }
    }

    /**
     * Gives tensors of this file other names and shapes. Nothing is read or copied.
     *
     * @param views views by their new names
     * @return the same file with only these tensors
     */
    public Safetensors select(Map<String, View> views) {
        Map<String, SafetensorsHeader.Tensor> tensors = new LinkedHashMap<>();
        Set<String> exchanged = new HashSet<>();
        views.forEach((newName, view) -> {
            SafetensorsHeader.Tensor found = found(view.tensor());
            long bytes = found.bytes() / view.parts();
            if (view.shape().size() * found.type().bytes() != bytes) {
                throw new ModelFileException(name + ": tensor " + view.tensor() + ": expected " + view.parts()
                        + " parts of shape " + view.shape() + ", found " + shape(view.tensor()));
            }
            long offset = found.offset() + view.part() * bytes;
            tensors.put(
                    newName,
                    new SafetensorsHeader.Tensor(found.type(), view.shape().getShape(), offset, bytes));
            if (view.transposed()) {
                exchanged.add(newName);
            }
        });
        return new Safetensors(
                name,
                new SafetensorsHeader(header.dataStart(), header.dataBytes(), tensors, header.metadata()),
                source,
                exchanged);
    }

    /** @return the file's name, for error messages */
    public String name() {
        return name;
    }

    /** @return the tensor names, in header order */
    public Set<String> names() {
        return header.tensors().keySet();
    }

    /** @return the tensors as the header describes them, by name */
    public Map<String, SafetensorsHeader.Tensor> tensors() {
        return header.tensors();
    }

    /** @return the file's metadata */
    public Map<String, String> metadata() {
        return header.metadata();
    }

    /** @return the tensor's shape */
    public Shape shape(String tensor) {
        long[] shape = found(tensor).shape();
        return transposed.contains(tensor) ? new Shape(shape[1], shape[0]) : new Shape(shape);
    }

    /** @return the tensor's data type in the file */
    public TensorType type(String tensor) {
        return found(tensor).type();
    }

    private SafetensorsHeader.Tensor found(String tensor) {
        SafetensorsHeader.Tensor found = header.tensors().get(tensor);
        if (found == null) {
            throw new ModelFileException(name + ": tensor " + tensor + ": not found in the file");
        }
        return found;
    }

    /**
     * @param owner manager that owns the array
     * @return the read-only tensor in the file's data type; bfloat16 is converted to float32
     */
    public NDArray read(String tensor, NDManager owner) {
        SafetensorsHeader.Tensor found = found(tensor);
        if (found.bytes() > Integer.MAX_VALUE) {
            throw new ModelFileException(
                    name + ": tensor " + tensor + ": expected less than 2 GiB, found " + found.bytes() + " bytes");
        }
        try {
            ByteBuffer bytes = source.bytes(found.offset(), found.bytes()).order(ByteOrder.LITTLE_ENDIAN);
            if (transposed.contains(tensor)) {
                bytes = exchange(bytes, found);
            }
            if (found.type() == TensorType.BF16) {
                bytes = widen(bytes);
            }
            return owner.create(bytes, shape(tensor), dataType(found.type()));
        } catch (IOException e) {
            throw new ModelFileException(name + ": tensor " + tensor + ": cannot be read: " + e, e);
        }
    }

    /** Like {@link #read(String, NDManager)}, but converts the tensor to the given data type. */
    public NDArray read(String tensor, DataType type, NDManager owner) {
        return inType(type, read(tensor, owner));
    }

    /**
     * Like {@link #read(String, DataType, NDManager)}, for a short-lived array. The array may share {@code memory},
     * which the next call overwrites. With this method, the file is not mapped: mapped pages would stay resident until
     * the next garbage collection.
     */
    NDArray readInto(ScratchMemory memory, String tensor, DataType type, NDManager owner) {
        SafetensorsHeader.Tensor found = header.tensors().get(tensor);
        if (found == null || found.type() == TensorType.BF16 || transposed.contains(tensor)) {
            return read(tensor, type, owner);
        }
        try {
            ByteBuffer bytes = memory.of(Math.toIntExact(found.bytes())).order(ByteOrder.LITTLE_ENDIAN);
            source.copy(found.offset(), bytes);
            bytes.flip();
            return inType(type, owner.create(bytes, new Shape(found.shape()), dataType(found.type())));
        } catch (IOException e) {
            throw new ModelFileException(name + ": tensor " + tensor + ": cannot be read: " + e, e);
        }
    }

    /** @return the tensor's values as float32; a view if the tensor is stored as float32, otherwise a copy */
    public FloatBuffer floats(String tensor) {
        SafetensorsHeader.Tensor found = header.tensors().get(tensor);
        if (found == null || found.type() != TensorType.F32 || transposed.contains(tensor)) {
            try (NDManager scope = NDManager.newBaseManager(Device.cpu())) {
                return FloatBuffer.wrap(read(tensor, DataType.FLOAT32, scope).toFloatArray());
            }
        }
        try {
            return source.view(found.offset(), Math.toIntExact(found.bytes()))
                    .order(ByteOrder.LITTLE_ENDIAN)
                    .asFloatBuffer();
        } catch (IOException e) {
            throw new ModelFileException(name + ": tensor " + tensor + ": cannot be read: " + e, e);
        }
    }

    /** @return whether all of the tensor's values are finite */
    public boolean isFinite(String tensor) {
        SafetensorsHeader.Tensor found = header.tensors().get(tensor);
        if (found == null || found.type() != TensorType.F32) {
            FloatBuffer numbers = floats(tensor);
            for (int i = 0; i < numbers.limit(); i++) {
                if (!Float.isFinite(numbers.get(i))) {
                    return false;
                }
            }
            return true;
        }
        try {
            return isFinite(source.view(found.offset(), Math.toIntExact(found.bytes()))
                    .order(ByteOrder.LITTLE_ENDIAN)
                    .asIntBuffer());
        } catch (IOException e) {
            throw new ModelFileException(name + ": tensor " + tensor + ": cannot be read: " + e, e);
        }
    }

    /** Checks the bits without branching for each value, so that the JIT compiler can vectorize the loop. */
    private static boolean isFinite(IntBuffer bits) {
        int[] some = new int[Math.min(CHECKED_AT_ONCE, bits.remaining())];
        int largest = 0;
        while (bits.hasRemaining()) {
            int length = Math.min(some.length, bits.remaining());
            bits.get(some, 0, length);
            for (int i = 0; i < length; i++) {
                largest = Math.max(largest, some[i] & Integer.MAX_VALUE); // without the sign bit
            }
        }
        return largest < INFINITY; // NaN's bits are larger
    }

    private static NDArray inType(DataType type, NDArray stored) {
        if (stored.getDataType() == type) {
            return stored;
        }
        try (stored) {
            return stored.toType(type, true);
        }
    }

    private static ByteBuffer map(Path file, long offset, long bytes) throws IOException {
        if (bytes == 0) {
            return ByteBuffer.allocateDirect(0);
        }
        // The mapping stays valid after the channel is closed.
        try (FileChannel channel = FileChannel.open(file, StandardOpenOption.READ)) {
            if (offset + bytes > Files.size(file)) {
                throw new IOException("the file was truncated after it was opened");
            }
            return channel.map(FileChannel.MapMode.READ_ONLY, offset, bytes);
        }
    }

    /** @return the data type of arrays for this tensor type */
    private static DataType dataType(TensorType type) {
        return switch (type) {
            case F64 -> DataType.FLOAT64;
            // bfloat16 is widened in Java: DJL does not support it and aborts the process.
            case F32, BF16 -> DataType.FLOAT32;
            case F16 -> DataType.FLOAT16;
            case I64 -> DataType.INT64;
            case I32 -> DataType.INT32;
            case U8 -> DataType.UINT8;
        };
    }

    /** Copies a matrix, with its rows and columns exchanged. */
    private static ByteBuffer exchange(ByteBuffer matrix, SafetensorsHeader.Tensor tensor) {
        int rows = Math.toIntExact(tensor.shape()[0]);
        int columns = Math.toIntExact(tensor.shape()[1]);
        int width = tensor.type().bytes();
        ByteBuffer copy = ByteBuffer.allocateDirect(matrix.remaining()).order(ByteOrder.LITTLE_ENDIAN);
        for (int column = 0; column < columns; column++) {
            for (int row = 0; row < rows; row++) {
                copy.put(matrix.slice((row * columns + column) * width, width));
            }
        }
        return copy.flip();
    }

    /** bfloat16 is the upper half of a float32. */
    private static ByteBuffer widen(ByteBuffer bfloat16) {
        ByteBuffer wide = ByteBuffer.allocateDirect(bfloat16.remaining() * 2).order(ByteOrder.LITTLE_ENDIAN);
        while (bfloat16.hasRemaining()) {
            wide.putInt(bfloat16.getShort() << 16);
        }
        return wide.flip();
    }
}
