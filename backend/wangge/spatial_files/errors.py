"""Why a spatial file is refused as a whole. Nothing was written; the file can be mended and sent again.

SpatialFileRefused             422
├── FileTooLarge               bytes
├── TooManyFeatures            rows
├── TooManyVertices            corners
├── FileKindUnknown            none of the kinds we read
├── FileIsEmpty
├── FileDamaged                cut off or not what it claims to be
├── TextUndecodable            neither UTF-8 nor GB18030
├── XmlEntitiesRefused         a DOCTYPE in a KML
├── ZipTooLarge                unpacked size, ratio, number of entries
├── ZipPathUnsafe              a path that leaves the archive
├── ZipEncrypted
├── ShapefileIncomplete        no .shp
├── NoLayer                    the named layer is not in the file, or the file has none
├── CoordinateSystemUnknown    declared, and not known to us
└── FormatCannotHold           an export that the format has no place for
"""

from wangge.core.errors import WanggeError


class SpatialFileRefused(WanggeError):
    """Base of the refusals."""

    code, status = "spatial_file_refused", 422
    zh = "文件无法读取。"
    en = "The file cannot be read."


class FileTooLarge(SpatialFileRefused):
    """More bytes than one import may have."""

    code, status = "spatial_file_too_large", 413
    zh = "文件有 {size_bytes} 字节，超过上限 {limit_bytes} 字节。请按街道拆分后分次导入。"
    en = "The file has {size_bytes} bytes; the limit is {limit_bytes}. Split it by street and import the parts."


class TooManyFeatures(SpatialFileRefused):
    """More features than one import may have."""

    code = "spatial_file_too_many_features"
    zh = "文件中的要素超过上限 {limit} 个。请拆分后分次导入。"
    en = "The file has more than {limit} features. Split it and import the parts."


class TooManyVertices(SpatialFileRefused):
    """More vertices, or rings in one feature, than one import may have."""

    code = "spatial_file_too_many_vertices"
    zh = "文件中的{what_zh}超过上限 {limit} 个。请简化边界或拆分后导入。"
    en = "The file has more than {limit} {what_en}. Simplify the boundaries, or split the file."


class FileKindUnknown(SpatialFileRefused):
    """Neither name nor content is of a kind that we read."""

    code = "spatial_file_kind_unknown"
    zh = "无法识别该文件{hint_zh}。可导入：GeoJSON、Shapefile 压缩包（zip）、GeoPackage、KML/KMZ、带经纬度的 CSV。"
    en = "This kind of file is not known{hint_en}. Accepted: GeoJSON, zipped Shapefile, GeoPackage, KML/KMZ, CSV with lon/lat."


class FileIsEmpty(SpatialFileRefused):
    """No bytes, or nothing but blanks."""

    code = "spatial_file_empty"
    zh = "文件是空的。请检查导出是否成功。"
    en = "The file is empty. Check whether its export succeeded."


class FileDamaged(SpatialFileRefused):
    """The content ends early or contradicts its own format; ``where`` says at which place."""

    code = "spatial_file_damaged"
    zh = "文件已损坏或不完整：{what_zh}。请重新导出或重新下载后再试。"
    en = "The file is damaged or cut off: {what_en}. Export or download it again."


class TextUndecodable(SpatialFileRefused):
    """The text is in no encoding that we know."""

    code = "spatial_file_text_undecodable"
    zh = "文字既不是 UTF-8 也不是 GBK/GB18030 编码。请另存为 UTF-8 后再导入。"
    en = "The text is neither UTF-8 nor GBK/GB18030. Save it as UTF-8 and import it again."


class XmlEntitiesRefused(SpatialFileRefused):
    """The KML declares a document type; entities could expand without end, so none is read."""

    code = "spatial_file_xml_entities"
    zh = "KML 中含有 DOCTYPE 或实体声明，出于安全不予读取。请用地图软件重新导出 KML。"
    en = "The KML declares a DOCTYPE or entities, which are not read for safety. Export it again from the map program."


class ZipTooLarge(SpatialFileRefused):
    """Unpacking would take more than allowed, or the compression is of the kind that only bombs have."""

    code, status = "spatial_file_zip_too_large", 413
    zh = "压缩包的{what_zh}超过上限（{limit}），不予解压。"
    en = "The archive is not opened: its {what_en} may be at most {limit}."


class ZipPathUnsafe(SpatialFileRefused):
    """An entry's path leads out of the archive, or is a link."""

    code = "spatial_file_zip_path_unsafe"
    zh = "压缩包内含不安全的路径或链接，不予读取。请重新打包，只放数据文件。"
    en = "The archive holds an unsafe path or a link and is not read. Pack it again with the data files only."


class ZipEncrypted(SpatialFileRefused):
    """The archive asks for a password."""

    code = "spatial_file_zip_encrypted"
    zh = "压缩包设有密码。请去掉密码后重新打包。"
    en = "The archive is protected by a password. Pack it again without one."


class ShapefileIncomplete(SpatialFileRefused):
    """An archive or upload without what a Shapefile needs at least; ``found`` names what there is."""

    code = "shapefile_incomplete"
    zh = "没有找到 .shp 文件（现有：{found}）。请把 .shp、.shx、.dbf、.prj、.cpg 一起打成 zip 再导入。"
    en = "No .shp file was found (there is: {found}). Zip .shp, .shx, .dbf, .prj and .cpg together and import that."


class NoLayer(SpatialFileRefused):
    """The layer asked for is not there, or there is none with features."""

    code = "spatial_file_no_layer"
    zh = "文件中没有可读取的图层{layer}。现有图层：{found}。"
    en = "The file has no readable layer{layer}. Its layers: {found}."


class CoordinateSystemUnknown(SpatialFileRefused):
    """A coordinate system was declared that we cannot convert."""

    code = "coordinate_system_unknown"
    zh = "不认识坐标系“{declared}”。请选择 CGCS2000、WGS84、GCJ-02、BD-09 或高斯-克吕格分带（EPSG 编号）。"
    en = "The coordinate system '{declared}' is not known. Choose CGCS2000, WGS84, GCJ-02, BD-09 or a Gauss-Kruger zone by EPSG code."


class FormatCannotHold(SpatialFileRefused):
    """The chosen format has no place for these features."""

    code = "export_format_cannot_hold"
    zh = "{format} 不能保存这些要素：{why_zh}。请换一种格式导出。"
    en = "{format} cannot hold these features: {why_en}. Choose another format."
