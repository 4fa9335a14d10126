// The page with the receipt code: save it as a picture.
export function setUpSent() {
  document.querySelector("[data-receipt-picture]")?.addEventListener("click", (event) => {
    const code = document.querySelector("[data-receipt]").dataset.receipt;
    const canvas = document.createElement("canvas");
    canvas.width = 1000;
    canvas.height = 460;
    const context = canvas.getContext("2d");
    context.fillStyle = "#fff";
    context.fillRect(0, 0, 1000, 460);
    context.fillStyle = "#14315c";
    context.textAlign = "center";
    const font = '"PingFang SC", "Microsoft YaHei", "Noto Sans CJK SC", sans-serif';
    context.font = `40px ${font}`;
    context.fillText("查询码", 500, 110);
    context.font = `bold 76px ${font}`;
    context.fillText(code.match(/.{4}/g).join("  "), 500, 240);
    context.fillStyle = "#5a6675";
    context.font = `32px ${font}`;
    context.fillText(event.currentTarget.dataset.office, 500, 340);
    context.fillText("凭查询码查进度、看结果、补充情况", 500, 395);
    const link = document.createElement("a");
    link.download = "chaxunma.png";
    link.href = canvas.toDataURL("image/png");
    link.click();
  });
}

setUpSent();
