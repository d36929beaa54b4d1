#include "server/buffer/buffer.h"

#include "server/buffer/fifo.h"
#include "server/buffer/firo.h"
#include "server/buffer/reservoir.h"

namespace weir {

std::unique_ptr<Buffer> make_buffer(BufferKind kind, std::size_t capacity, std::size_t watermark,
                                    Random random) {
  switch (kind) {
    case BufferKind::fifo:
      return std::make_unique<Fifo>(capacity, watermark);
    case BufferKind::firo:
      return std::make_unique<Firo>(capacity, watermark, random);
    case BufferKind::reservoir:
      return std::make_unique<Reservoir>(capacity, watermark, random);
  }
  return nullptr;
}

}  // namespace weir
